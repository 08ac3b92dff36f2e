import { Meilisearch, type Settings } from 'meilisearch'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { MeilisearchIndex } from '../../../src/search/meilisearch/meilisearch-index.js'
import { settings } from '../../../src/search/meilisearch/settings.js'
import { quiet } from '../../support/postgres.js'
import { document, found } from '../contract/asking.js'
import { type StandIn, startMeilisearchStandIn } from '../meilisearch-stand-in.js'

let standIn: StandIn
beforeEach(async () => {
  standIn = await startMeilisearchStandIn()
})
afterEach(() => standIn.close())

const open = (prefix = 'here-') => new MeilisearchIndex({ url: standIn.url, key: standIn.masterKey, prefix, log: quiet })
const client = () => new Meilisearch({ host: standIn.url, apiKey: standIn.masterKey })
const changes = () => standIn.requests.filter((request) => request.startsWith('PATCH'))
const stored = (uid = 'here-datasets') => standIn.indexes.get(uid).settings

/** As somebody else would have it. */
async function set(change: Settings): Promise<void> {
  await client().index('here-datasets').updateSettings(change).waitTask()
}

describe('the settings of an index', () => {
  test('are those of this version when a hub starts, and are then left alone', async () => {
    await open().prepare()
    expect(stored()).toMatchObject(settings)
    expect(changes()).toHaveLength(1)
    await open().prepare()
    expect(changes()).toHaveLength(1)
  })

  test('are put right where they are others, and nothing else is set', async () => {
    await open().prepare()
    const before = structuredClone(stored())
    await set({
      rankingRules: ['words'],
      searchableAttributes: ['title'],
      synonyms: { hmo: ['house'] },
      pagination: { maxTotalHits: 20 },
      stopWords: ['the'],
    })
    await open().prepare()
    expect(stored()).toEqual(before)
    expect(changes()).toHaveLength(3)
  })

  test('may have more than this version knows, and lists that are sets in another order', async () => {
    await open().prepare()
    await set({
      filterableAttributes: settings.filterableAttributes.toReversed(),
      faceting: { maxValuesPerFacet: 100, sortFacetValuesBy: { '*': 'count', themes: 'alpha' } },
    })
    Object.assign(stored(), { embedders: { some: {} } })
    await open().prepare()
    expect(changes()).toHaveLength(2)
  })

  test('are there again where the server has lost the index', async () => {
    const index = open()
    await index.prepare()
    await client().deleteIndex('here-datasets').waitTask()
    // It would be an index of one document, which answers as if it had all.
    await expect(index.write([document('camden/one')], [])).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE' })
    await index.prepare()
    expect(stored()).toMatchObject(settings)
    await index.write([document('camden/one', { title: 'Heron' })], [])
    expect(await found(index, { text: 'heron' })).toEqual(['camden/one'])
  })

  test('are those of the index beside the live one, too', async () => {
    const index = open()
    await index.prepare()
    await index.beginRebuild()
    expect(stored('here-datasets-rebuild')).toMatchObject(settings)
    await index.endRebuild()
    expect(stored()).toMatchObject(settings)
    expect([...standIn.indexes.byUid.keys()]).toEqual(['here-datasets'])
  })

  test('of another version are another index to the hub: what was told to one is not known to the other', () => {
    expect(open('here-').name).not.toBe(open('there-').name)
    expect(open('here-').name).toBe(open('here-').name)
  })
})

test('two hubs share a server by their prefixes', async () => {
  const [here, there] = [open('here-'), open('there-')]
  await Promise.all([here.prepare(), there.prepare()])
  await here.write([document('camden/one', { title: 'Heron' })], [])
  await there.write([document('camden/two', { title: 'Heron' })], [])
  await here.beginRebuild()
  await here.endRebuild()
  expect([await found(here), await found(there)]).toEqual([[], ['camden/two']])
})
