import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { wideRelations } from './support/wide-relations.js'
import { openTestPostgres, type TestPostgres } from './support/open-postgres.js'
import { answer } from './support/source.js'

let postgres: TestPostgres
beforeAll(async () => {
  postgres = await openTestPostgres()
  await postgres.run('CREATE TABLE wide (n bigint, t text)')
  await postgres.run(`INSERT INTO wide VALUES (1, 'a'), (2, 'b'), (2, 'b')`)
})
afterAll(() => postgres.close())

/** PostgreSQL has at most 1,664 columns in one SELECT, and counts those that it only sorts by. */
describe('a relation wider than a SELECT of PostgreSQL', () => {
  it.each(wideRelations)('$what is answered', async ({ relation, rows }) => {
    expect((await answer(postgres.bench, await postgres.open(), relation)).rows.map((row) => row.slice(0, 2))).toEqual(rows)
  })
})
