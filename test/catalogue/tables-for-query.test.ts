import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { suggestTables } from '../../src/catalogue/suggest-tables.js'
import { createCatalogueLoaders } from '../../src/catalogue/catalogue-loaders.js'
import type { QueryTable } from '../../src/catalogue/tables-for-query.js'
import { anonymous, configureTwo, harvest } from '../support/catalogue.js'
import { complete, dataset, fakeSource, table } from '../support/fake-source.js'
import { freshDatabase, type FreshDatabase } from '../support/postgres.js'

let database: FreshDatabase
beforeAll(async () => {
  database = await freshDatabase()
  await configureTwo(database.knex)
  await harvest(
    database.knex,
    fakeSource(
      dataset('libraries'),
      dataset('schools', { tables: [table('schools'), table('empty', { columns: [] })] }),
      dataset('polling-stations'),
      complete(),
    ),
  )
  await harvest(database.knex, fakeSource(dataset('libraries'), complete()), { spokeId: 'barnet' })
})
afterAll(() => database.drop())

describe('tablesForQuery', () => {
  it('gives all that a query has to know, of all its tables, in one statement', async () => {
    let statements = 0
    const tally = () => (statements += 1)
    database.knex.on('query', tally)
    const ids = [
      'camden/libraries/libraries',
      'barnet/libraries/libraries',
      'camden/schools/empty',
      'camden/none/none',
      'camden/libraries/libraries',
    ]
    const { tableForQuery } = createCatalogueLoaders(database.knex, anonymous)
    const loaded = await tableForQuery.loadAll(ids)
    const tables = [...new Set(loaded)].filter((found): found is QueryTable => found !== null)
    database.knex.off('query', tally)
    expect(statements).toBe(1)
    expect(tables.map(({ id }) => id).sort()).toEqual(['barnet/libraries/libraries', 'camden/libraries/libraries', 'camden/schools/empty'])
    expect(tables.find(({ id }) => id === 'camden/schools/empty')?.columns).toEqual([])
    expect(tables.find(({ id }) => id === 'camden/libraries/libraries')).toEqual({
      id: 'camden/libraries/libraries',
      datasetId: 'camden/libraries',
      spokeId: 'camden',
      organisationId: 'london-borough-of-camden',
      name: 'libraries',
      title: 'Table libraries',
      rowCount: 3,
      version: 'v1',
      access: 'OPEN',
      sharedWith: [],
      listing: 'PUBLIC',
      ownerReadsPersonal: false,
      status: 'ACTIVE',
      columns: [
        {
          position: 0,
          name: 'Name',
          type: 'STRING',
          scale: null,
          semanticType: null,
          nullable: true,
          unit: null,
          dayAssumed: false,
          notWgs84: false,
          sensitivity: 'NONE',
          statistics: null,
        },
        {
          position: 1,
          name: 'Amount',
          type: 'DECIMAL',
          scale: 2,
          semanticType: null,
          nullable: false,
          unit: 'GBP',
          dayAssumed: false,
          notWgs84: false,
          sensitivity: 'NONE',
          statistics: null,
        },
      ],
    })
  })
})

describe('suggestTables', () => {
  it('names the near ones, nearest first, of its spoke and of others', async () => {
    expect(await suggestTables(database.knex, anonymous, 'camden/librarys/libraries')).toEqual([
      'camden/libraries/libraries',
      'barnet/libraries/libraries',
    ])
    expect(await suggestTables(database.knex, anonymous, 'camden/xlibraries/libraries')).toEqual([
      'camden/libraries/libraries',
      'barnet/libraries/libraries',
    ])
    expect((await suggestTables(database.knex, anonymous, 'camdem/libraries/libraries'))[0]).toBe('camden/libraries/libraries')
    expect(await suggestTables(database.knex, anonymous, 'camden/zzzz/qqqqqqqq')).toEqual([])
  })

  it('takes any text', async () => {
    for (const id of ['', '\0', '/', 'x'.repeat(100_000), '\'"%_\\']) expect(await suggestTables(database.knex, anonymous, id)).toEqual([])
  })
})
