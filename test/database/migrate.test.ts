import { afterEach, describe, expect, it } from 'vitest'
import { freshDatabase, type FreshDatabase, quiet } from '../support/postgres.js'
import { connect } from '../../src/database/connect.js'
import { migrate } from '../../src/database/migrate.js'

let database: FreshDatabase
afterEach(() => database.drop())

const names = async () => (await database.knex('knex_migrations').pluck<string[]>('name')).sort()

describe('migrate', () => {
  it('builds the tables, and does nothing the second time', async () => {
    database = await freshDatabase({ migrated: false })
    await migrate(database.knex)
    await migrate(database.knex)
    expect(await names()).toContain('0001-catalogue')
    expect(await database.knex('datasets').count()).toEqual([{ count: 0 }])
  })

  it('lets several hubs start at once on an empty database', async () => {
    database = await freshDatabase({ migrated: false })
    const pools = Array.from({ length: 6 }, () => connect(database.url, { log: quiet, embedded: true }))
    try {
      await Promise.all(pools.map(migrate))
    } finally {
      await Promise.all(pools.map((pool) => pool.destroy()))
    }
    expect(new Set(await names()).size).toBe((await names()).length)
  })

  it('frees a lock that a killed start left behind', async () => {
    database = await freshDatabase()
    await database.knex('knex_migrations_lock').update({ is_locked: 1 })
    await migrate(database.knex)
    expect(await database.knex('knex_migrations_lock').pluck('is_locked')).toEqual([0])
  })

  it('refuses a database that a newer version has migrated', async () => {
    database = await freshDatabase()
    await database.knex('knex_migrations').insert({ name: '9999-tomorrow', batch: 2, migration_time: new Date() })
    await expect(migrate(database.knex)).rejects.toThrow(/9999-tomorrow.*does not know/)
  })
})
