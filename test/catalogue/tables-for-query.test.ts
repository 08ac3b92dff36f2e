import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { helpWithTable } from '../../src/catalogue/help-with-table.js'
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
      dataset('strategy', { tables: [] }),
      dataset('many', { tables: [...'0123456789abc'].map((digit) => table(`t${digit}`)) }),
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

describe('helpWithTable', () => {
  const help = (id: string) => helpWithTable(database.knex, anonymous, id)

  it('names the near ones, nearest first, of its spoke and of others', async () => {
    const both = ['camden/libraries/libraries', 'barnet/libraries/libraries']
    const text = ` Did you mean '${both[0]}' or '${both[1]}'?`
    for (const id of ['camden/librarys/libraries', 'camden/xlibraries/libraries'])
      expect(await help(id)).toEqual({ text, suggestions: both })
    expect((await help('camdem/libraries/libraries')).suggestions[0]).toBe('camden/libraries/libraries')
    expect(await help('camden/zzzz/qqqqqqqq')).toEqual({ text: '', suggestions: [] })
  })

  it('puts the case of letters right', async () => {
    for (const id of ['Camden/Libraries/Libraries', 'CAMDEN/libraries/libraries'])
      expect((await help(id)).suggestions[0], id).toBe('camden/libraries/libraries')
  })

  it('says which tables a dataset has', async () => {
    const [libraries, empty, schools] = ['camden/libraries/libraries', 'camden/schools/empty', 'camden/schools/schools']
    const text = ` 'camden/libraries' is a dataset: its table is '${libraries}'.`
    for (const id of ['camden/libraries', 'Camden/Libraries']) expect(await help(id), id).toEqual({ text, suggestions: [libraries] })
    expect(await help('camden/schools')).toEqual({
      text: ` 'camden/schools' is a dataset: its tables are '${empty}' and '${schools}'.`,
      suggestions: [empty, schools],
    })
    expect(await help('camden/strategy')).toEqual({ text: " 'camden/strategy' is a dataset without tables.", suggestions: [] })
    expect((await help('camden/many')).text).toMatch(/ its tables are '.*t0', .*'camden\/many\/t9' and others\.$/)
  })

  it('says that an id is a spoke’s', async () => {
    const { text, suggestions } = await help('barnet')
    expect(text).toBe(" 'barnet' is a spoke; the id of a table has three parts. Did you mean 'barnet/libraries/libraries'?")
    expect(suggestions).toEqual(['barnet/libraries/libraries'])
  })

  it('takes any text', async () => {
    for (const id of ['', '\0', '/', 'x'.repeat(100_000), '\'"%_\\']) expect(await help(id)).toEqual({ text: '', suggestions: [] })
  })
})
