import fc from 'fast-check'
import type { Knex } from 'knex'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { syncConfigured } from '../../src/catalogue/sync-configured.js'
import type { Access, Listing } from '../../src/connector/catalogue.js'
import { checkIndex } from '../../src/search/keep/check.js'
import { askForRebuild, latestRebuild, stepRebuild } from '../../src/search/keep/rebuild.js'
import { tellChanges } from '../../src/search/keep/update.js'
import { MeilisearchIndex } from '../../src/search/meilisearch/meilisearch-index.js'
import type { SearchIndex } from '../../src/search/port.js'
import { PostgresIndex } from '../../src/search/postgres/postgres-index.js'
import { findDatasets } from '../../src/search/find-datasets.js'
import { barnet, camden, harvest } from '../support/catalogue.js'
import { complete, dataset, fakeSource } from '../support/fake-source.js'
import { type Death, mortalDatabase } from '../support/mortal-database.js'
import { freshDatabase, type FreshDatabase, quiet } from '../support/postgres.js'
import { startMeilisearchStandIn } from './meilisearch-stand-in.js'
import { long, runsOf } from '../support/long.js'

interface Listed {
  id: string
  version: number
  access: Access
  listing: Listing
  sharedWith: string[]
}

/** @property outage requests after which the index's server is down, until it is done */
type Event =
  | { do: 'harvest'; spoke: 'camden' | 'barnet'; all: Listed[] }
  | { do: 'configure'; barnet: boolean; name: string }
  | { do: 'tell' | 'rebuild' | 'step' | 'check'; death: Death | undefined; outage: number | undefined }

const listed = fc.record({
  id: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
  version: fc.integer({ min: 0, max: 3 }),
  access: fc.constantFrom<Access>('OPEN', 'SHARED', 'CLOSED'),
  listing: fc.constantFrom<Listing>('PUBLIC', 'PARTIES'),
  sharedWith: fc.subarray(['london-borough-of-barnet', 'elsewhere']),
})
const death = fc.oneof(
  { weight: 2, arbitrary: fc.constant(undefined) },
  fc.record({ at: fc.integer({ min: 1, max: 14 }), how: fc.constantFrom<Death['how']>('before', 'after', 'backend') }),
)
const event: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('harvest' as const),
      spoke: fc.constantFrom('camden', 'barnet'),
      all: fc.uniqueArray(listed, { selector: ({ id }) => id, maxLength: 5 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('configure' as const),
      barnet: fc.boolean(),
      name: fc.constantFrom('Barnet', 'Barnet Council'),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom('tell', 'rebuild', 'step', 'check'),
      death,
      outage: fc.option(fc.integer({ min: 0, max: 12 }), { nil: undefined, freq: 3 }),
    }),
  },
)

let database: FreshDatabase
beforeAll(async () => {
  database = await freshDatabase()
})
afterAll(() => database.drop())

/** An index as hubs have it, whose connections and whose server may die. */
interface Tried {
  /** The index of a hub that has these connections. */
  open(knex: Knex): SearchIndex
  empty(): Promise<void>
  /** Its server is down after so many requests; undefined: it is up. */
  failAfter(requests: number | undefined): void
}

const configure = (knex: Knex, withBarnet: boolean, name: string) =>
  syncConfigured(knex, [camden, ...(withBarnet ? [{ ...barnet, organisation: { ...barnet.organisation, name } }] : [])])

/** What a hub does of it. */
async function doIt(knex: Knex, what: 'tell' | 'rebuild' | 'step' | 'check', index: SearchIndex): Promise<unknown> {
  if (what === 'tell') return tellChanges(knex, index)
  if (what === 'rebuild') return askForRebuild(knex, index)
  if (what === 'step') return stepRebuild(knex, index)
  return checkIndex(knex, index)
}

async function happen(one: Event, tried: Tried): Promise<void> {
  if (one.do === 'harvest') {
    const shown = one.all.map(({ id, version, ...access }) => dataset(id, { ...access, title: `Version ${version} of ${id}` }))
    await harvest(database.knex, fakeSource(...shown, complete()), {
      spokeId: one.spoke,
      allowShrink: true,
      limits: { archiveAfterDays: 0 },
    })
    return
  }
  if (one.do === 'configure') return configure(database.knex, one.barnet, one.name)
  tried.failAfter(one.outage)
  const mortal = one.death && mortalDatabase(database.url, database.knex, one.death)
  const knex = mortal?.knex ?? database.knex
  const done = doIt(knex, one.do, tried.open(knex))
  await (one.death === undefined && one.outage === undefined ? done : done.catch(() => undefined))
  await mortal?.gone()
  tried.failAfter(undefined)
}

/** As a hub that nothing happens to ends it: after a rebuild, which may have been swapped twice, it compares. */
async function settle(knex: Knex, index: SearchIndex, isCompared: boolean): Promise<void> {
  while ((await latestRebuild(knex, index))?.endedAt === null) await stepRebuild(knex, index)
  if (isCompared) await checkIndex(knex, index)
  while ((await tellChanges(knex, index)) > 0);
}

/** @param isCompared whether a killed rebuild leaves something to the comparison that follows it */
const converges = async (tried: Tried, isCompared: boolean) => {
  const index = tried.open(database.knex)
  await fc.assert(
    fc.asyncProperty(fc.array(event, { minLength: 3, maxLength: 12 }), async (events) => {
      const { knex } = database
      await knex.raw(
        'truncate datasets, harvest_runs, search_documents, search_texts, search_words, search_outbox, search_rebuilds restart identity cascade',
      )
      await tried.empty()
      await configure(knex, true, 'Barnet')
      for (const one of events) await happen(one, tried)
      await settle(knex, index, isCompared)

      expect(await checkIndex(knex, index)).toMatchObject({ differing: 0 })
      const wanted = (await knex('datasets')
        .join('spokes', 'spokes.id', 'spoke_id')
        .join('organisations', 'organisations.id', 'organisation_id')
        .where({ configured: true })
        .whereNot({ status: 'ARCHIVED' })
        .orderBy('datasets.id')
        .select('datasets.id', 'datasets.title', 'access', 'listing', 'shared_with', 'organisation_id', 'organisations.name')) as {
        id: string
        title: string
        access: string
        listing: string
        shared_with: string[]
        organisation_id: string
        name: string
      }[]
      for (const organisation of [undefined, 'london-borough-of-barnet', 'elsewhere']) {
        const viewer = { scopes: [], ...(organisation === undefined ? {} : { organisation }) }
        const sees = wanted.filter(
          (one) =>
            one.access === 'OPEN' ||
            one.listing === 'PUBLIC' ||
            one.organisation_id === organisation ||
            (one.access === 'SHARED' && organisation !== undefined && one.shared_with.includes(organisation)),
        )
        const find = async (text: string) => {
          const page = await findDatasets({ knex, index }, viewer, { text, facets: ['SPOKE'], first: 100 }, new AbortController().signal)
          expect(page.facets[0]?.values.reduce((sum, { count }) => sum + count, 0)).toBe(page.totalCount)
          return page.hits.map(({ id }) => id).sort()
        }
        expect(await find('')).toEqual(sees.map(({ id }) => id))
        for (const version of [0, 1, 2, 3])
          expect(await find(`"version ${version}"`)).toEqual(
            sees.filter(({ title }) => title.startsWith(`Version ${version} `)).map(({ id }) => id),
          )
        expect(await find('"barnet council"')).toEqual(sees.filter(({ name }) => name === 'Barnet Council').map(({ id }) => id))
      }
    }),
    { numRuns: runsOf(15, 30) },
  )
}

describe('whatever is written, in whatever order it is told, built anew and interrupted: in the end the index is as the catalogue', () => {
  // Without the help of a comparison: what it would repair, the changes have told already.
  test('in PostgreSQL', { tags: [long] }, () =>
    converges(
      {
        open: (knex) => new PostgresIndex(knex),
        empty: () => new PostgresIndex(database.knex).dropRebuild(),
        failAfter: () => undefined,
      },
      false,
    ),
  )

  test('in Meilisearch, whose server is down now and then', { tags: [long] }, async () => {
    const standIn = await startMeilisearchStandIn()
    const open = () => new MeilisearchIndex({ url: standIn.url, key: standIn.masterKey, log: quiet, times: { retryMs: 1 } })
    const empty = async () => {
      standIn.indexes.byUid.clear()
      await open().prepare()
    }
    const failAfter = (requests: number | undefined) =>
      Object.assign(standIn, { disorder: requests === undefined ? undefined : 'down', disorderAfter: requests ?? 0 })
    try {
      await converges({ open, empty, failAfter }, true)
    } finally {
      await standIn.close()
    }
  })
})
