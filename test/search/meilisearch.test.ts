import { randomUUID } from 'node:crypto'
import { Meilisearch } from 'meilisearch'
import { describe, test } from 'vitest'
import { MeilisearchIndex } from '../../src/search/meilisearch/meilisearch-index.js'
import { quiet } from '../support/postgres.js'
import { describeSearchIndex } from './index-contract.js'
import { leastRights } from './meilisearch/least-rights.js'
import { startMeilisearchStandIn } from './meilisearch-stand-in.js'

describeSearchIndex('over the stand-in for Meilisearch', async () => {
  const standIn = await startMeilisearchStandIn()
  const { key } = standIn.keys.create({ actions: [...leastRights], indexes: ['seven-dials-*'], expiresAt: null })
  const index = new MeilisearchIndex({ url: standIn.url, key, log: quiet })
  await index.prepare()
  return {
    index,
    close: async () => {
      await index.close()
      await standIn.close()
    },
  }
})

const url = process.env['MEILI_URL']
const key = process.env['MEILI_KEY']

describe('over a Meilisearch server', () => {
  if (url === undefined || url === '') {
    test('the contract', (context) => context.skip('MEILI_URL is not set: nothing ran over a real Meilisearch server'))
    return
  }
  describeSearchIndex('of MEILI_URL', async () => {
    const prefix = `seven-dials-test-${randomUUID()}-`
    const index = new MeilisearchIndex({ url, prefix, log: quiet, ...(key === undefined ? {} : { key }) })
    await index.prepare()
    const close = async () => {
      const client = new Meilisearch({ host: url, ...(key === undefined ? {} : { apiKey: key }) })
      for (const name of ['datasets', 'datasets-rebuild']) await client.deleteIndexIfExists(`${prefix}${name}`)
    }
    return { index, close }
  })
})
