import { describe, expect, it } from 'vitest'
import { connect } from '../../src/database/connect.js'
import { freshDatabase, quiet } from '../support/postgres.js'

describe('connect', () => {
  it('gives dates as they are, times as Date, and counts as numbers while they are safe', async () => {
    const { knex, drop } = await freshDatabase()
    const { rows } = await knex.raw(`select date '2026-01-09' as day, timestamptz '2026-01-09T01:02:03+01:00' as moment,
      9007199254740991::int8 as safe, 9007199254740992::int8 as unsafe, array['a', null] as list, jsonb '{"a": 1}' as json`)
    expect(rows).toEqual([
      {
        day: '2026-01-09',
        moment: new Date('2026-01-09T00:02:03Z'),
        safe: Number.MAX_SAFE_INTEGER,
        unsafe: '9007199254740992',
        list: ['a', null],
        json: { a: 1 },
      },
    ])
    await drop()
  })

  it('follows a server that has moved', async () => {
    const [first, second] = [await freshDatabase(), await freshDatabase()]
    let url = first.url
    const knex = connect(() => url, { log: quiet, embedded: true })
    const where = async () => ((await knex.raw('select current_database() as name')) as { rows: [{ name: string }] }).rows[0].name
    expect(first.url).toContain(await where())
    url = second.url
    expect(second.url).toContain(await where())
    await knex.destroy()
    await Promise.all([first.drop(), second.drop()])
  })
})
