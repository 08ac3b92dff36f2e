import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createCatalogueLoaders } from '../../src/catalogue/catalogue-loaders.js'
import type { HarvestOptions } from '../../src/catalogue/harvest-spoke.js'
import type { Access, Listing } from '../../src/connector/catalogue.js'
import type { Viewer } from '../../src/identity/viewer.js'
import { anonymous, camden, configureTwo, harvest, ofBarnet, operator } from '../support/catalogue.js'
import { complete, dataset, fakeSource } from '../support/fake-source.js'
import { long, runsOf } from '../support/long.js'
import { freshDatabase, type FreshDatabase } from '../support/postgres.js'

let database: FreshDatabase
beforeAll(async () => {
  database = await freshDatabase()
  await configureTwo(database.knex)
})
afterAll(() => database.drop())

const ofCamden: Viewer = { organisation: camden.organisation.id, scopes: [] }
const lastHarvest = (viewer: Viewer, spoke = 'camden') => createCatalogueLoaders(database.knex, viewer).lastHarvestOfSpoke.load(spoke)
const crawl = (events: readonly unknown[], options: Partial<HarvestOptions> = {}) =>
  harvest(database.knex, fakeSource(...events), { limits: { shrinkFrom: 3, shrinkPercentMax: 50 }, ...options })

const open = (id: string, title = id) => dataset(id, { title })
const hidden = (id: string, title = id) => dataset(id, { title, access: 'CLOSED', listing: 'PARTIES' })
const counts = (created: number, updated: number, unchanged: number, removed: number, failed = 0) => ({
  created,
  updated,
  unchanged,
  removed,
  failed,
})

describe('the last harvest tells strangers nothing of hidden datasets, and the operator and their organisation all', () => {
  const ids = (kind: typeof hidden, count: number) => Array.from({ length: count }, (_, at) => kind(`${kind.name}-${at}`))

  test('how many there are, and that more come, change and go', async () => {
    const expectTold = async (toStrangers: object, toItsOwn: object) => {
      for (const viewer of [anonymous, ofBarnet]) expect(await lastHarvest(viewer)).toMatchObject(toStrangers)
      for (const viewer of [operator, ofCamden]) expect(await lastHarvest(viewer)).toMatchObject(toItsOwn)
    }
    await crawl([...ids(hidden, 17), ...ids(open, 4), complete()])
    await expectTold(counts(4, 0, 0, 0), counts(21, 0, 0, 0))
    await crawl([...ids(hidden, 17), ...ids(open, 4), complete()])
    await expectTold(counts(0, 0, 4, 0), counts(0, 0, 21, 0))
    await crawl([...ids(hidden, 11), hidden('hidden-11', 'another'), ...ids(open, 3), complete()])
    await expectTold(counts(0, 0, 3, 1), counts(0, 1, 14, 6))
  })

  test('that a listed dataset becomes hidden, which is removed for them, and a hidden one listed, which is created', async () => {
    await crawl([hidden('falls'), open('rises'), complete()], { allowShrink: true })
    await crawl([open('falls'), hidden('rises'), complete()])
    expect(await lastHarvest(anonymous)).toMatchObject(counts(1, 0, 0, 1))
    expect(await lastHarvest(operator)).toMatchObject(counts(0, 2, 0, 0))
  })

  test('how many of their records cannot be read: all of them are one', async () => {
    const problem = (at: number) => ({ kind: 'problem', sourceId: `secret-${at}`, message: 'It cannot be read.' })
    await crawl([problem(1), problem(2), problem(3), open('falls'), complete()])
    expect(await lastHarvest(anonymous)).toMatchObject({ status: 'PARTIAL', failed: 1 })
    expect(await lastHarvest(operator)).toMatchObject({ status: 'PARTIAL', failed: 3 })
  })

  test('how many of them would have gone, in the error of a crawl that is held, or that did not come whole', async () => {
    await crawl([...ids(hidden, 17), open('falls'), complete()], { allowShrink: true })
    await crawl([open('falls'), complete()])
    const held = 'More datasets would have gone than the guard allows; nothing was removed.'
    expect(await lastHarvest(anonymous)).toMatchObject({ status: 'HELD', error: held })
    expect(await lastHarvest(operator)).toMatchObject({ error: expect.stringMatching(/^17 of 18 /) as unknown })
    await crawl([open('falls'), { ...complete(), total: 18 }])
    expect(await lastHarvest(anonymous)).toMatchObject({
      status: 'PARTIAL',
      error: 'The source did not send its catalogue whole; nothing was removed.',
    })
    expect(await lastHarvest(ofCamden)).toMatchObject({ error: expect.stringContaining('holds 18 datasets but sent 1') as unknown })
  })
})

const described = fc.record({
  id: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
  title: fc.constantFrom('one', 'two'),
  access: fc.constantFrom<Access>('OPEN', 'SHARED', 'CLOSED'),
  listing: fc.constantFrom<Listing>('PUBLIC', 'PARTIES'),
})
const crawls = fc.array(fc.uniqueArray(described, { maxLength: 6, selector: ({ id }) => id }), { minLength: 1, maxLength: 6 })

test('whatever comes and goes, strangers are told what a spoke without the hidden datasets would tell', { tags: [long] }, async () => {
  const limits = { shrinkFrom: 1000 }
  await fc.assert(
    fc.asyncProperty(crawls, fc.constantFrom(1, 4, 500), async (all, batchRecords) => {
      await database.knex('datasets').delete()
      for (const shown of all) {
        const listed = shown.filter(({ access, listing }) => access === 'OPEN' || listing === 'PUBLIC')
        const of = (some: typeof shown) => fakeSource(...some.map(({ id, ...given }) => dataset(id, given)), complete())
        await harvest(database.knex, of(shown), { limits, batchRecords })
        await harvest(database.knex, of(listed), { limits, batchRecords, spokeId: 'barnet' })
        const [told, wanted] = [await lastHarvest(anonymous), await lastHarvest(anonymous, 'barnet')]
        // A dataset that was listed, hidden and listed again has come back there, and is created here.
        const numbers = (run: typeof told) => run && [run.status, run.created + run.updated, run.unchanged, run.removed, run.failed]
        expect(numbers(told)).toEqual(numbers(wanted))
      }
    }),
    { numRuns: runsOf(25, 50) },
  )
})
