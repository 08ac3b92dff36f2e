import fc from 'fast-check'
import type { Knex } from 'knex'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { syncConfigured } from '../../src/catalogue/sync-configured.js'
import type { Access, Listing } from '../../src/connector/catalogue.js'
import { checkIndex } from '../../src/search/keep/check.js'
import { askForRebuild, latestRebuild, stepRebuild } from '../../src/search/keep/rebuild.js'
import { tellChanges } from '../../src/search/keep/update.js'
import type { SearchIndex } from '../../src/search/port.js'
import { PostgresIndex } from '../../src/search/postgres/postgres-index.js'
import { findDatasets } from '../../src/search/find-datasets.js'
import { barnet, camden, harvest } from '../support/catalogue.js'
import { complete, dataset, fakeSource } from '../support/fake-source.js'
import { type Death, mortalDatabase } from '../support/mortal-database.js'
import { freshDatabase, type FreshDatabase } from '../support/postgres.js'

interface Listed {
  id: string
  version: number
  access: Access
  listing: Listing
  sharedWith: string[]
}

type Event =
  | { do: 'harvest'; spoke: 'camden' | 'barnet'; all: Listed[] }
  | { do: 'configure'; barnet: boolean; name: string }
  | { do: 'tell' | 'rebuild' | 'step' | 'check'; death: Death | undefined }

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
  { weight: 4, arbitrary: fc.record({ do: fc.constant('harvest' as const), spoke: fc.constantFrom('camden', 'barnet'), all: fc.uniqueArray(listed, { selector: ({ id }) => id, maxLength: 5 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('configure' as const), barnet: fc.boolean(), name: fc.constantFrom('Barnet', 'Barnet Council') }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constantFrom('tell', 'rebuild', 'step', 'check'), death }) },
)

let database: FreshDatabase
beforeAll(async () => {
  database = await freshDatabase()
})
afterAll(() => database.drop())

const configure = (knex: Knex, withBarnet: boolean, name: string) =>
  syncConfigured(knex, [camden, ...(withBarnet ? [{ ...barnet, organisation: { ...barnet.organisation, name } }] : [])])

/** What the hub does of it, by connections that may die; an index of the same hub. */
async function doIt(knex: Knex, { do: what }: { do: 'tell' | 'rebuild' | 'step' | 'check' }, index: SearchIndex = new PostgresIndex(knex)): Promise<unknown> {
  if (what === 'tell') return tellChanges(knex, index)
  if (what === 'rebuild') return askForRebuild(knex, index)
  if (what === 'step') return stepRebuild(knex, index)
  return checkIndex(knex, index)
}

async function happen(one: Event): Promise<void> {
  if (one.do === 'harvest') {
    const shown = one.all.map(({ id, version, ...access }) => dataset(id, { ...access, title: `Version ${version} of ${id}` }))
    await harvest(database.knex, fakeSource(...shown, complete()), { spokeId: one.spoke, allowShrink: true, limits: { archiveAfterDays: 0 } })
  } else if (one.do === 'configure') await configure(database.knex, one.barnet, one.name)
  else if (one.death === undefined) await doIt(database.knex, one)
  else {
    const mortal = mortalDatabase(database.url, database.knex, one.death)
    await doIt(mortal.knex, one).catch(() => undefined)
    await mortal.gone()
  }
}

test('whatever is written, in whatever order it is told, built anew and interrupted: in the end the index is as the catalogue', async () => {
  const index = new PostgresIndex(database.knex)
  await fc.assert(
    fc.asyncProperty(fc.array(event, { minLength: 3, maxLength: 12 }), async (events) => {
      const { knex } = database
      await knex.raw('truncate datasets, harvest_runs, search_documents, search_texts, search_words, search_outbox, search_rebuilds restart identity cascade')
      await index.dropRebuild()
      await configure(knex, true, 'Barnet')
      for (const one of events) await happen(one)
      while ((await latestRebuild(knex, index))?.endedAt === null) await stepRebuild(knex, index)
      while ((await tellChanges(knex, index)) > 0);

      // Without its help: what it would repair, the changes have told already.
      expect(await checkIndex(knex, index)).toMatchObject({ differing: 0 })
      const wanted = await knex('datasets').join('spokes', 'spokes.id', 'spoke_id').join('organisations', 'organisations.id', 'organisation_id').where({ configured: true }).whereNot({ status: 'ARCHIVED' })
        .orderBy('datasets.id').select('datasets.id', 'datasets.title', 'access', 'listing', 'shared_with', 'organisations.name') as { id: string; title: string; access: string; listing: string; shared_with: string[]; name: string }[]
      for (const organisation of [undefined, 'london-borough-of-barnet', 'elsewhere']) {
        const viewer = { scopes: [], ...(organisation === undefined ? {} : { organisation }) }
        const sees = wanted.filter((one) => one.access === 'OPEN' || one.listing === 'PUBLIC' || (one.access === 'SHARED' && organisation !== undefined && one.shared_with.includes(organisation)))
        const find = async (text: string) => {
          const page = await findDatasets({ knex, index }, viewer, { text, facets: ['SPOKE'], first: 100 }, new AbortController().signal)
          expect(page.facets[0]?.values.reduce((sum, { count }) => sum + count, 0)).toBe(page.totalCount)
          return page.hits.map(({ id }) => id).sort()
        }
        expect(await find('')).toEqual(sees.map(({ id }) => id))
        for (const version of [0, 1, 2, 3]) expect(await find(`"version ${version}"`)).toEqual(sees.filter(({ title }) => title.startsWith(`Version ${version} `)).map(({ id }) => id))
        expect(await find('"barnet council"')).toEqual(sees.filter(({ name }) => name === 'Barnet Council').map(({ id }) => id))
      }
    }),
    { numRuns: Number(process.env['RUNS'] ?? 40), ...(process.env['SEED'] ? { seed: Number(process.env['SEED']) } : {}) },
  )
}, 240_000)
