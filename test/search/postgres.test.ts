import { expect, test } from 'vitest'
import { PostgresIndex } from '../../src/search/postgres/postgres-index.js'
import { freshDatabase } from '../support/postgres.js'
import { waysApart } from '../../src/search/postgres/split-words.js'
import { ask, document, idsOf } from './contract/asking.js'
import { describeSearchIndex } from './index-contract.js'

describeSearchIndex('the index that PostgreSQL keeps', async () => {
  const database = await freshDatabase()
  return { index: new PostgresIndex(database.knex), close: () => database.drop() }
})

test.each([
  ['SE17PB', ['camden/bins']],
  ['se17pb', ['camden/bins']],
  ['covid19', ['camden/covid']],
  ['gritbin', ['camden/bins']],
  ['gritbins', ['camden/bins']],
  ['Covid19 cases', ['camden/covid']],
  ['gritpan', []],
  ['thebins', []],
])('words that were written together are found apart: %s', async (text, ids) => {
  const database = await freshDatabase()
  try {
    const index = new PostgresIndex(database.knex)
    await index.write(
      [
        document('camden/bins', { title: 'Grit bins', description: 'Depot at SE1 7PB.' }),
        document('camden/covid', { title: 'COVID-19 cases' }),
        document('camden/other', { title: 'Pan of grit' }),
      ],
      [],
    )
    expect(idsOf(await ask(index, { text }))).toEqual(ids)
  } finally {
    await database.drop()
  }
})

test('a word is taken apart as a postcode, between letters and digits, or in two', () => {
  expect(waysApart('se17pb')).toEqual([['se1', '7pb']])
  expect(waysApart('covid19')).toEqual([['covid', '19']])
  expect(waysApart('gritbin')).toEqual([
    ['gri', 'tbin'],
    ['grit', 'bin'],
  ])
  expect(waysApart('bins')).toEqual([])
  expect(waysApart('x'.repeat(41))).toEqual([])
})
