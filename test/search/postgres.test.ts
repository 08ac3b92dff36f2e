import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PostgresIndex } from '../../src/search/postgres/postgres-index.js'
import { freshDatabase, type FreshDatabase } from '../support/postgres.js'
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

describe('what is obvious', () => {
  let database: FreshDatabase
  let index: PostgresIndex
  beforeAll(async () => {
    database = await freshDatabase()
    index = new PostgresIndex(database.knex)
    await index.write(
      [
        document('lambeth/air', { title: 'Airquality LSOA11 2019 NO2' }),
        document('camden/air', { title: 'Air quality monitoring' }),
        document('camden/votes', { title: 'Polling stations', description: 'Open from seven. A form is not needed.' }),
        document('camden/farms', { title: 'City farms' }),
        document('camden/lamps', { title: 'Street lighting' }),
        document('camden/old', { title: 'Trees (archived 2013)' }),
        document('camden/trees', { title: 'Woods', keywords: ['trees'] }),
      ],
      [],
    )
  })
  afterAll(() => database.drop())
  const found = async (text: string) => {
    const page = await ask(index, { text })
    return [idsOf(page), page.correctedText]
  }

  test.each([
    ['air quality', ['lambeth/air', 'camden/air'], null],
    ['airquality', ['lambeth/air', 'camden/air'], null],
    ['pollution', ['lambeth/air', 'camden/air'], null],
    ['streetlights', ['camden/lamps'], null],
    ['trees', ['camden/trees', 'camden/old'], null],
    ['trees archived', ['camden/old'], null],
    ['Poling  stations', ['camden/votes'], 'polling  stations'],
  ])('is found by %s, and no guess is put before it', async (text, ids, corrected) => {
    const [hits, shown] = await found(text)
    expect([new Set(hits), shown]).toEqual([new Set(ids), corrected])
    if (text === 'trees') expect(hits).toEqual(ids)
  })

  test('is not found by a word that only looks alike: pollution is no polling station, nor is a form a farm', async () => {
    await index.write([], ['lambeth/air', 'camden/air'])
    expect(await found('pollution')).toEqual([[], null])
    expect((await found('form'))[0]).toEqual(['camden/votes'])
  })
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
