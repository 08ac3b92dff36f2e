import { randomUUID } from 'node:crypto'
import { Meilisearch } from 'meilisearch'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { MeilisearchIndex } from '../../../src/search/meilisearch/meilisearch-index.js'
import type { SearchDocument } from '../../../src/search/port.js'
import { PostgresIndex } from '../../../src/search/postgres/postgres-index.js'
import { freshDatabase, quiet } from '../../support/postgres.js'
import type { OpenIndex, OpenSearchIndex } from '../index-contract.js'
import { generatedCatalogue } from './generated/generated-catalogue.js'
import { generatedQueries } from './generated/generated-queries.js'
import type { JudgedQuery } from './judgements.js'
import { measure } from './measure.js'
import { realCatalogue } from './real/real-catalogue.js'
import { realQueries } from './real/real-queries.js'
import { sharedDataIsPresent } from './real/shared-data.js'
import { isLong, long } from '../../support/long.js'

/** What PostgreSQL has to reach. */
const meanMin = 0.93

const openPostgres: OpenSearchIndex = async () => {
  const database = await freshDatabase()
  return { index: new PostgresIndex(database.knex), close: () => database.drop() }
}

const url = process.env['MEILI_URL'] ?? ''
const key = process.env['MEILI_KEY']

const openMeilisearch: OpenSearchIndex = async () => {
  const prefix = `seven-dials-relevance-${randomUUID()}-`
  const index = new MeilisearchIndex({ url, prefix, log: quiet, ...(key === undefined ? {} : { key }) })
  await index.prepare()
  const close = async () => {
    const client = new Meilisearch({ host: url, ...(key === undefined ? {} : { apiKey: key }) })
    for (const name of ['datasets', 'datasets-rebuild']) await client.deleteIndexIfExists(`${prefix}${name}`)
  }
  return { index, close }
}

const generated = generatedCatalogue()
const catalogues: readonly (readonly [name: string, isPresent: boolean, documents: () => Promise<readonly SearchDocument[]>, queries: readonly JudgedQuery[]])[] = [
  ['the real catalogues', sharedDataIsPresent && isLong, realCatalogue, realQueries],
  ['a generated catalogue', true, async () => generated.map(({ document }) => document), generatedQueries(generated)],
]

const indexes: readonly (readonly [name: string, isPresent: boolean, open: OpenSearchIndex])[] = [
  ['PostgreSQL', true, openPostgres],
  ['Meilisearch (MEILI_URL)', url !== '', openMeilisearch],
]

const realIsAbsent = sharedDataIsPresent ? 'It takes long: npm run test:long' : '../shared/data is not beside this checkout'

/** What nobody has. */
const unanswered = ['xylophone', 'zebra crossings', 'quokka']

test('there are more than fifty queries over each, each once; what they are judged by exists, and all but a few have an answer', async () => {
  for (const [, isPresent, documents, queries] of catalogues) {
    expect(queries.length).toBeGreaterThan(50)
    expect(new Set(queries.map(({ text }) => text)).size).toBe(queries.length)
    if (!isPresent) continue
    const ids = new Set((await documents()).map(({ id }) => id))
    for (const { text, grades } of queries) {
      expect([...grades.keys()].filter((id) => !ids.has(id)), text).toEqual([])
      expect([...grades.values()].includes(3), text).toBe(!unanswered.includes(text))
    }
  }
})

for (const [indexName, isIndexPresent, open] of indexes) {
  for (const [catalogueName, isCataloguePresent, documents, queries] of catalogues) {
    describe(`${indexName} over ${catalogueName}`, () => {
      if (!isIndexPresent || !isCataloguePresent) {
        console.warn(`NOT RUN: the relevance of ${indexName} over ${catalogueName}. ${isIndexPresent ? realIsAbsent : 'MEILI_URL is not set'}`)
        test.skip('nDCG@10')
        return
      }
      let opened: OpenIndex | undefined
      let all: readonly SearchDocument[] = []
      beforeAll(async () => {
        opened = await open()
        all = await documents()
        await opened.index.write(all, [])
      })
      afterAll(() => opened?.close())

      test(open === openPostgres ? `nDCG@10 is at least ${meanMin} in the mean` : 'nDCG@10, printed', { tags: [long] }, async () => {
        const { mean, text } = await measure(`${indexName} over ${catalogueName}`, opened!.index, all, queries)
        console.log(text)
        if (open === openPostgres) expect(mean).toBeGreaterThanOrEqual(meanMin)
      })
    })
  }
}
