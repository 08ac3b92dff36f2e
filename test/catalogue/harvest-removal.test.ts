import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createCatalogueLoaders } from '../../src/catalogue/catalogue-loaders.js'
import type { HarvestLimits } from '../../src/catalogue/harvest-limits.js'
import { anonymous, configureTwo, harvest } from '../support/catalogue.js'
import { complete, dataset, fakeSource } from '../support/fake-source.js'
import { freshDatabase, type FreshDatabase } from '../support/postgres.js'

let database: FreshDatabase
beforeEach(async () => {
  database = await freshDatabase()
  await configureTwo(database.knex)
})
afterEach(() => database.drop())

const ids = (...names: string[]) => names.map((name) => dataset(name))
const many = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => dataset(`d${from + n}`))
const crawl = (told: unknown[], options: { limits?: Partial<HarvestLimits>; allowShrink?: boolean } = {}) =>
  harvest(database.knex, fakeSource(...told), options)
const statusOf = async (id: string) =>
  (
    await database
      .knex('datasets')
      .where({ id: `camden/${id}` })
      .first('status')
  )?.status as string | undefined
const daysPass = async (days: number) => {
  await database.knex.raw(`update datasets set missing_since = missing_since - ? * interval '1 day' where missing_since is not null`, [
    days,
  ])
  await database.knex.raw(`update harvest_runs set finished_at = finished_at - ? * interval '1 day'`, [days])
}

describe('days of grace', () => {
  it('end with a complete crawl that still does not show it, and not before', async () => {
    await crawl([...ids('a', 'b'), complete()])
    const first = await createCatalogueLoaders(database.knex, anonymous).dataset.load('camden/b')
    await crawl([...ids('a'), complete()])
    await daysPass(29)
    expect(await crawl([...ids('a'), complete()])).toMatchObject({ status: 'COMPLETE', removed: 0 })
    expect(await statusOf('b')).toBe('MISSING')
    await daysPass(1)
    for (const said of [
      [new Error('down')],
      ids('a'),
      [...ids('a', 'a'), complete()],
      [...ids('a'), null, complete()],
      [...ids('a'), { ...complete(), total: 2 }],
    ]) {
      await crawl(said)
      expect(await statusOf('b')).toBe('MISSING')
    }
    expect(await crawl([...ids('a'), complete()])).toMatchObject({ status: 'COMPLETE', removed: 0 })
    expect(await statusOf('b')).toBe('ARCHIVED')
    expect(await createCatalogueLoaders(database.knex, anonymous).dataset.load('camden/b')).toBeNull()

    expect(await crawl([...ids('a', 'b'), complete()])).toMatchObject({ updated: 1, created: 0 })
    expect(await createCatalogueLoaders(database.knex, anonymous).dataset.load('camden/b')).toMatchObject({
      id: 'camden/b',
      status: 'ACTIVE',
      firstSeen: first?.firstSeen,
      updatedAt: first?.updatedAt,
    })
  })

  it('begin again where a problem names it: its source still has it', async () => {
    await crawl([...ids('a', 'b'), complete()])
    await crawl([...ids('a'), complete()])
    await daysPass(31)
    await crawl([...ids('a'), { kind: 'problem', sourceId: 'b', message: 'not read' }, complete()])
    await crawl([...ids('a'), complete()])
    expect(await statusOf('b')).toBe('MISSING')
  })
})

describe('the guard', () => {
  it('holds a crawl that lost too much, again and again, until an operator lets it through; what it shows is written', async () => {
    await crawl([...many(0, 20), complete()])
    const shrunk = [...many(0, 8), dataset('new'), complete()]
    for (const created of [1, 0]) {
      const run = await crawl(shrunk)
      expect(run).toMatchObject({
        status: 'HELD',
        removed: 0,
        created,
        error: expect.stringMatching(/^12 of 20 datasets would have gone, .*50 %.*--allow-shrink/),
      })
      expect(await statusOf('d19')).toBe('ACTIVE')
    }
    expect(await statusOf('new')).toBe('ACTIVE')
    expect(await crawl(shrunk, { allowShrink: true })).toMatchObject({ status: 'COMPLETE', removed: 12, error: null })
    expect(await statusOf('d19')).toBe('MISSING')
    expect(await crawl(shrunk)).toMatchObject({ status: 'COMPLETE', removed: 0 })
  })

  it.each([
    ['half of them', many(0, 10), {}, 'COMPLETE'],
    ['more than half', many(0, 9), {}, 'HELD'],
    ['all of them', [], {}, 'HELD'],
    ['more, where the spoke allows it', many(0, 5), { shrinkPercentMax: 80 }, 'COMPLETE'],
    ['few, where the spoke has few', many(0, 5), { shrinkFrom: 16 }, 'COMPLETE'],
    ['any, where the spoke allows none', many(0, 19), { shrinkFrom: 1, shrinkPercentMax: 0 }, 'HELD'],
  ])('counts what would go: %s', async (_, told, limits, status) => {
    await crawl([...many(0, 20), complete()])
    expect(await crawl([...told, complete()], { limits })).toMatchObject({ status })
  })

  it('does not take new datasets for old ones', async () => {
    await crawl([...many(0, 20), complete()])
    expect(await crawl([...many(20, 60), complete()])).toMatchObject({ status: 'HELD', created: 40, removed: 0 })
    expect(await crawl([...many(20, 60), complete()])).toMatchObject({
      status: 'HELD',
      unchanged: 40,
      removed: 0,
      error: expect.stringMatching(/^20 of 20 /),
    })
  })
})

describe('a source that says how many it holds', () => {
  it('is not complete if it sent fewer datasets than it says it holds', async () => {
    await crawl([...ids('a', 'b'), complete()])
    expect(await crawl([...ids('a'), { ...complete(), total: 2 }])).toMatchObject({
      status: 'PARTIAL',
      removed: 0,
      error: expect.stringContaining('holds 2 datasets but sent 1'),
    })
    expect(await crawl([...ids('a', 'a'), { ...complete(), total: 2 }])).toMatchObject({ status: 'PARTIAL', removed: 0 })
    const broken = { kind: 'problem', sourceId: 'c', message: 'not read' }
    expect(await crawl([...ids('a'), broken, { ...complete(), total: 2 }])).toMatchObject({ status: 'PARTIAL', failed: 1, removed: 1 })
    expect(await crawl([...ids('a', 'b'), { ...complete(), total: 1 }])).toMatchObject({ status: 'COMPLETE' })
  })
})

describe('a source that reports changes', () => {
  const source = (...told: unknown[]) => fakeSource(...told)

  it('removes what it says has gone, and nothing that it does not mention', async () => {
    await crawl([...ids('a', 'b', 'c'), complete('1')])
    const changes = source(
      dataset('b', { title: 'New' }),
      { kind: 'removed', sourceId: 'c' },
      { kind: 'removed', sourceId: 'never-known' },
      complete('2'),
    )
    expect(await harvest(database.knex, changes)).toMatchObject({ status: 'COMPLETE', updated: 1, removed: 1, unchanged: 0 })
    expect(changes.cursors).toEqual(['1'])
    expect([await statusOf('a'), await statusOf('b'), await statusOf('c')]).toEqual(['ACTIVE', 'ACTIVE', 'MISSING'])
    // Gone and come again in one crawl is there; and a crawl that does not complete removes nothing.
    expect(await crawl([{ kind: 'removed', sourceId: 'a' }, dataset('a'), complete('3')])).toMatchObject({ status: 'COMPLETE', removed: 0 })
    expect(await crawl([{ kind: 'removed', sourceId: 'a' }])).toMatchObject({ status: 'PARTIAL', removed: 0 })
    expect(await statusOf('a')).toBe('ACTIVE')
  })

  it('is asked for everything after some days, after a crawl that was held, and when an operator lets one through', async () => {
    await crawl([...many(0, 20), complete('1')])
    const asked = source(complete('2'))
    await harvest(database.knex, asked)
    await daysPass(8)
    const held = source(complete('3'))
    expect(await harvest(database.knex, held)).toMatchObject({ status: 'HELD' })
    expect(await harvest(database.knex, held)).toMatchObject({ status: 'HELD' })
    expect(await harvest(database.knex, held, { allowShrink: true })).toMatchObject({ status: 'COMPLETE', removed: 20 })
    await harvest(database.knex, held)
    expect([asked.cursors, held.cursors]).toEqual([['1'], [undefined, undefined, undefined, '3']])
  })

  it('may tell of everything all the same, and then what it does not show is gone', async () => {
    await crawl([...ids('a', 'b'), complete('1')])
    expect(await crawl([...ids('a'), { ...complete('2'), whole: true }])).toMatchObject({ status: 'COMPLETE', removed: 1 })
  })

  it('is held by the guard too', async () => {
    await crawl([...many(0, 20), complete('1')])
    expect(await crawl([...many(0, 15).map(({ dataset: { id } }) => ({ kind: 'removed', sourceId: id })), complete('2')])).toMatchObject({
      status: 'HELD',
      removed: 0,
    })
  })
})

describe('the limits of a spoke', () => {
  it('leave out a record that is too large, as a problem, and keep its dataset', async () => {
    await crawl([...ids('a', 'b'), complete()])
    const large = dataset('a', { description: 'x'.repeat(5_000) })
    expect(await crawl([large, dataset('b'), complete()], { limits: { recordBytesMax: 4096 } })).toMatchObject({
      status: 'PARTIAL',
      failed: 1,
      removed: 0,
    })
    expect(await statusOf('a')).toBe('ACTIVE')
  })
})
