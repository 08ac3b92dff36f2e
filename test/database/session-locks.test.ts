import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { connect } from '../../src/database/connect.js'
import { sessionLocks } from '../../src/database/session-locks.js'
import { freshDatabase, type FreshDatabase, quiet } from '../support/postgres.js'
import type { Knex } from 'knex'

let database: FreshDatabase
let other: Knex
beforeEach(async () => {
  database = await freshDatabase()
  other = connect(database.url, { log: quiet, embedded: true })
})
afterEach(async () => {
  await other.destroy()
  await database.drop()
})

describe('sessionLocks', () => {
  it('gives a lock to one at a time, here and elsewhere', async () => {
    const [here, there] = [sessionLocks(database.knex), sessionLocks(other)]
    const release = await here.tryLock('a')
    expect([await here.tryLock('a'), await there.tryLock('a')]).toEqual([undefined, undefined])
    const otherName = await there.tryLock('b')
    expect(otherName).toBeDefined()
    await release?.()
    const again = await there.tryLock('a')
    expect(again).toBeDefined()
    await Promise.all([again?.(), otherName?.()])
    const winners = (await Promise.all([here.tryLock('a'), here.tryLock('a'), there.tryLock('a'), there.tryLock('a')])).filter(Boolean)
    expect(winners).toHaveLength(1)
    await winners[0]?.()
  })

  it('holds many locks on one connection, and gives it back', async () => {
    const releases = await Promise.all(Array.from({ length: 40 }, (_, n) => sessionLocks(database.knex).tryLock(`lock ${n}`)))
    expect(releases.every(Boolean)).toBe(true)
    expect(await Promise.all(Array.from({ length: 9 }, async () => database.knex.raw('select 1')))).toHaveLength(9)
    await Promise.all(releases.map(async (release) => release?.()))
    expect(await Promise.all(Array.from({ length: 10 }, async () => database.knex.raw('select pg_backend_pid()')))).toHaveLength(10)
    expect(
      (
        await other.raw(
          `select 1 from pg_locks join pg_database on pg_database.oid = database where locktype = 'advisory' and datname = current_database()`,
        )
      ).rows,
    ).toEqual([])
  })

  it('loses them with the connection, and can lock again', async () => {
    const locks = sessionLocks(database.knex)
    const lost = await locks.tryLock('a')
    await other.raw('select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()')
    // The server has told the other's process to end, which it does a moment later.
    let taken: Awaited<ReturnType<typeof locks.tryLock>>
    await expect.poll(async () => (taken ??= await sessionLocks(other).tryLock('a'))).toBeDefined()
    await taken?.()
    await lost?.()
    const again = await locks.tryLock('a')
    expect(again).toBeDefined()
    await again?.()
  })
})
