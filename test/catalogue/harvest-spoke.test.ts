import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createCatalogueLoaders } from '../../src/catalogue/catalogue-loaders.js'
import { BadUserInput, SourceUnavailable } from '../../src/errors.js'
import { anonymous, configureTwo, harvest, operator } from '../support/catalogue.js'
import { complete, dataset, fakeSource, table } from '../support/fake-source.js'
import { freshDatabase, type FreshDatabase, quiet } from '../support/postgres.js'
import { connect } from '../../src/database/connect.js'
import { beginRun } from '../../src/catalogue/harvest-run.js'

let database: FreshDatabase
beforeEach(async () => {
  database = await freshDatabase()
  await configureTwo(database.knex)
})
afterEach(() => database.drop())

const statuses = async () =>
  Object.fromEntries(
    (await database.knex('datasets').select('id', 'status')).map(({ id, status }: { id: string; status: string }) => [
      id.replace('camden/', ''),
      status,
    ]),
  )
const problemsOf = (runId: number) => createCatalogueLoaders(database.knex, operator).problemsOfRun.load({ runId, first: 100 })

/** The same value, every object with its keys in the opposite order. */
function backwards(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(backwards)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, inner]) => [key, backwards(inner)]),
  )
}

describe('harvestSpoke', () => {
  it('leaves out URLs that are not of the web, such as javascript:, tells them, and keeps their dataset', async () => {
    const run = await harvest(
      database.knex,
      fakeSource(
        dataset('libraries', {
          landingPage: 'JavaScript:alert(1)',
          licence: { title: 'OGL', url: 'data:text/html,x' },
          distributions: [{ id: 'csv', accessUrl: 'https://example.org/a', downloadUrl: 'https://user:password@example.org/b' }],
        }),
        complete(),
      ),
    )
    const [row] = await database.knex('datasets').select('landing_page', 'licence')
    expect(row).toMatchObject({ landing_page: null, licence: { title: 'OGL' } })
    expect(row).not.toHaveProperty('licence.url')
    expect(await database.knex('distributions').select('access_url', 'download_url')).toEqual([
      { access_url: 'https://example.org/a', download_url: null },
    ])
    expect(await problemsOf(run.id)).toMatchObject([
      {
        sourceId: 'libraries',
        message: expect.stringMatching(/^landingPage, licence.url, distributions.0.downloadUrl left out: not a URL/) as string,
      },
    ])
  })

  it('writes what a source shows, whole', async () => {
    const run = await harvest(
      database.knex,
      fakeSource(
        dataset('libraries', {
          description: 'Where they are',
          licence: { title: 'OGL', url: 'https://example.org/ogl' },
          themes: ['culture'],
          keywords: ['books', 'a,b"{}'],
          issued: '2020-01-02T03:04:05Z',
          modified: '2026-05-06T07:08:09+01:00',
          frequency: 'yearly',
          landingPage: 'https://example.org',
          distributions: [
            { id: 'csv', format: 'csv', byteSize: 12, modified: '2026-01-01T00:00:00Z' },
            { id: 'geojson', title: 'Map' },
          ],
        }),
        complete(),
      ),
    )
    expect(run).toMatchObject({
      spokeId: 'camden',
      status: 'COMPLETE',
      created: 1,
      updated: 0,
      unchanged: 0,
      removed: 0,
      failed: 0,
      error: null,
    })
    expect(run.finishedAt).toBeInstanceOf(Date)

    const loaders = createCatalogueLoaders(database.knex, anonymous)
    expect(await loaders.dataset.load('camden/libraries')).toMatchObject({
      id: 'camden/libraries',
      spokeId: 'camden',
      organisationId: 'london-borough-of-camden',
      title: 'Title of libraries',
      description: 'Where they are',
      licence: { title: 'OGL', url: 'https://example.org/ogl' },
      themes: ['culture'],
      keywords: ['books', 'a,b"{}'],
      access: 'OPEN',
      sharedWith: [],
      listing: 'PUBLIC',
      issued: new Date('2020-01-02T03:04:05Z'),
      modified: new Date('2026-05-06T06:08:09Z'),
      frequency: 'yearly',
      status: 'ACTIVE',
    })
    expect(await loaders.distributionsOfDataset.load('camden/libraries')).toMatchObject([
      { id: 'camden/libraries/csv', format: 'csv', byteSize: 12, title: null },
      { id: 'camden/libraries/geojson', title: 'Map', byteSize: null },
    ])
    expect(await loaders.tablesOfDataset.load('camden/libraries')).toEqual([
      {
        id: 'camden/libraries/libraries',
        datasetId: 'camden/libraries',
        name: 'libraries',
        title: 'Table libraries',
        rowCount: 3,
        isCountedBySpoke: false,
        version: 'v1',
        primaryKey: [],
        foreignKeys: [],
        problems: [],
      },
    ])
    expect(await loaders.columnsOfTable.load('camden/libraries/libraries')).toMatchObject([
      { position: 0, name: 'Name', type: 'STRING', scale: null, nullable: true },
      { position: 1, name: 'Amount', type: 'DECIMAL', scale: 2, unit: 'GBP' },
    ])
  })

  it('tells created, updated and unchanged apart, and leaves what is unchanged untouched', async () => {
    await harvest(database.knex, fakeSource(dataset('a'), dataset('b'), complete()))
    const before = await database.knex('tables').orderBy('id').select('id', database.knex.raw('xmin'), database.knex.raw('ctid'))
    const again = await harvest(database.knex, fakeSource(backwards(dataset('a')), dataset('b'), complete()))
    expect(again).toMatchObject({ status: 'COMPLETE', created: 0, updated: 0, unchanged: 2 })
    expect(await database.knex('tables').orderBy('id').select('id', database.knex.raw('xmin'), database.knex.raw('ctid'))).toEqual(before)

    const changed = dataset('b', { tables: [table('b', { version: 'v2' }), table('c')] })
    expect(await harvest(database.knex, fakeSource(dataset('a'), changed, dataset('new'), complete()))).toMatchObject({
      created: 1,
      updated: 1,
      unchanged: 1,
    })
    const tables = await createCatalogueLoaders(database.knex, anonymous).tablesOfDataset.load('camden/b')
    expect(tables.map(({ id, version }) => [id, version])).toEqual([
      ['camden/b/b', 'v2'],
      ['camden/b/c', 'v1'],
    ])
  })

  it('marks as missing what a complete crawl did not show, and takes it back as itself', async () => {
    await harvest(database.knex, fakeSource(dataset('a'), dataset('b'), complete()))
    const first = await createCatalogueLoaders(database.knex, anonymous).dataset.load('camden/b')
    expect(await harvest(database.knex, fakeSource(dataset('a'), complete()))).toMatchObject({
      status: 'COMPLETE',
      removed: 1,
      unchanged: 1,
    })
    expect(await statuses()).toEqual({ a: 'ACTIVE', b: 'MISSING' })
    expect(await harvest(database.knex, fakeSource(dataset('a'), complete()))).toMatchObject({ removed: 0 })

    expect(await harvest(database.knex, fakeSource(dataset('a'), dataset('b'), complete()))).toMatchObject({
      removed: 0,
      updated: 1,
      created: 0,
    })
    const back = await createCatalogueLoaders(database.knex, anonymous).dataset.load('camden/b')
    expect(back).toEqual({ ...first, lastSeen: back?.lastSeen })
  })

  it('removes nothing where the source does not say that it has shown everything', async () => {
    await harvest(database.knex, fakeSource(dataset('a'), dataset('b'), complete()))
    expect(await harvest(database.knex, fakeSource(dataset('a')))).toMatchObject({
      status: 'PARTIAL',
      removed: 0,
      error: expect.stringContaining('nothing was removed'),
    })
    expect(await harvest(database.knex, fakeSource(dataset('c'), new SourceUnavailable('It is closed.')))).toMatchObject({
      status: 'FAILED',
      error: 'It is closed.',
      created: 1,
    })
    expect(await harvest(database.knex, fakeSource(new Error('/secret/path')))).toMatchObject({
      status: 'FAILED',
      error: expect.not.stringContaining('secret'),
    })
    expect(await statuses()).toEqual({ a: 'ACTIVE', b: 'ACTIVE', c: 'ACTIVE' })
  })

  it('keeps a dataset that a problem names as it is', async () => {
    await harvest(database.knex, fakeSource(dataset('a'), dataset('b'), dataset('b-2'), complete()))
    const run = await harvest(
      database.knex,
      fakeSource(
        { kind: 'problem', sourceId: 'a', message: 'not read' },
        { kind: 'problem', sourceId: 'b/b', message: 'cut short' },
        complete(),
      ),
    )
    expect(run).toMatchObject({ status: 'PARTIAL', failed: 2, removed: 1 })
    expect(await statuses()).toEqual({ a: 'ACTIVE', b: 'ACTIVE', 'b-2': 'MISSING' })
    expect(await problemsOf(run.id)).toEqual([
      { sourceId: 'a', message: 'not read' },
      { sourceId: 'b/b', message: 'cut short' },
    ])
  })

  it('quarantines a record that breaks the contract, and keeps its dataset', async () => {
    const good = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
    await harvest(database.knex, fakeSource(...good.map((id) => dataset(id)), complete()))
    const run = await harvest(
      database.knex,
      fakeSource(
        dataset('a', { access: 'PUBLIC' as never }),
        dataset('b', { title: 'with \0 in it' }),
        dataset('c', { tables: [table('c'), table('c')] }),
        dataset('d', {
          tables: [table('d', { columns: [{ name: 'x', title: 'x', type: 'DECIMAL', nullable: true, sensitivity: 'NONE' }] })],
        }),
        dataset('e', { issued: '0000-01-01T00:00:00Z' }),
        dataset('f', {
          description: 'x'.repeat(100_000),
          tables: Array.from({ length: 900 }, (_, n) =>
            table(`t${n}`, { problems: ['y'.repeat(2000), 'y'.repeat(2000), 'y'.repeat(2000)] }),
          ),
        }),
        dataset('g', { title: 'lone \ud800 surrogate' }),
        dataset('h'),
        complete(),
      ),
    )
    expect(run).toMatchObject({ status: 'PARTIAL', failed: 7, created: 1, removed: 0 })
    expect(Object.values(await statuses())).toEqual(Array(8).fill('ACTIVE'))
    const problems = await problemsOf(run.id)
    expect(problems.map(({ sourceId }) => sourceId).sort()).toEqual(good)
    for (const { message } of problems) expect(message).not.toMatch(/insert|select|jsonb/)
  })

  it('removes nothing while a record came that names no dataset', async () => {
    await harvest(database.knex, fakeSource(dataset('a'), complete()))
    for (const rubbish of [null, 7, 'text', {}, { kind: 'dataset', dataset: null }, { kind: 'dataset', dataset: { id: {} } }, []]) {
      expect(await harvest(database.knex, fakeSource(rubbish, complete()))).toMatchObject({ status: 'PARTIAL', failed: 1, removed: 0 })
    }
    expect(await statuses()).toEqual({ a: 'ACTIVE' })
  })

  it('takes the first of two datasets with one id, in one batch or in two', async () => {
    const others = Array.from({ length: 250 }, (_, n) => dataset(`x${n}`))
    const run = await harvest(
      database.knex,
      fakeSource(dataset('a'), dataset('a', { title: 'Second' }), ...others, dataset('a', { title: 'Third' }), complete()),
    )
    expect(run).toMatchObject({ status: 'PARTIAL', created: 251, failed: 2 })
    expect(await createCatalogueLoaders(database.knex, anonymous).dataset.load('camden/a')).toMatchObject({ title: 'Title of a' })
  })

  it('reads no further than it was told to', async () => {
    await harvest(database.knex, fakeSource(dataset('gone'), complete()))
    async function* endless() {
      for (let n = 0; ; n += 1) yield dataset(`d${n}`)
    }
    const run = await harvest(database.knex, { harvest: endless }, { limits: { recordsMax: 300 } })
    expect(run).toMatchObject({ status: 'PARTIAL', created: 300, removed: 0, error: expect.stringContaining('more than 300') })
    expect((await statuses()).gone).toBe('ACTIVE')
  })

  it('hands the cursor of the last complete run to the next', async () => {
    const source = fakeSource(complete('c1'))
    await harvest(database.knex, source)
    await harvest(database.knex, fakeSource({ kind: 'problem', sourceId: 'a', message: 'm' }, complete('c2')))
    await harvest(database.knex, source)
    expect(source.cursors).toEqual([undefined, 'c1'])
  })

  it('ends with the signal or the time limit, whatever the source does about it', async () => {
    const deaf = fakeSource(dataset('a'), () => new Promise(() => undefined))
    expect(await harvest(database.knex, deaf, { limits: { timeoutMs: 50 } })).toMatchObject({
      status: 'FAILED',
      created: 1,
      error: expect.stringContaining('did not finish within'),
    })
    const abort = new AbortController()
    const stuck = fakeSource(dataset('b'), () => {
      abort.abort()
      return new Promise(() => undefined)
    })
    expect(await harvest(database.knex, stuck, { signal: abort.signal })).toMatchObject({
      status: 'FAILED',
      created: 1,
      error: 'The harvest was stopped.',
    })
    expect(await statuses()).toEqual({ a: 'ACTIVE', b: 'ACTIVE' })
  })

  it('runs once at a time, here and over other hubs, and answers with the run under way', async () => {
    const other = connect(database.url, { log: quiet, embedded: true })
    try {
      let arrived!: () => void
      const started = new Promise<void>((resolve) => (arrived = resolve))
      let finish!: () => void
      const gate = new Promise<void>((resolve) => (finish = resolve))
      const first = harvest(
        database.knex,
        fakeSource(
          dataset('a'),
          () => {
            arrived()
            return gate
          },
          complete(),
        ),
      )
      await started
      const unread = fakeSource(new BadUserInput('never read'))
      // A hub that starts meanwhile leaves it alone.
      await Promise.all([configureTwo(other), configureTwo(database.knex), configureTwo(other)])
      const [here, there] = await Promise.all([harvest(database.knex, unread), harvest(other, unread)])
      finish()
      const done = await first
      expect([here, there]).toMatchObject([
        { id: done.id, status: 'RUNNING' },
        { id: done.id, status: 'RUNNING' },
      ])
      expect(unread.cursors).toEqual([])
      expect(await harvest(other, fakeSource(dataset('a'), complete()))).toMatchObject({ status: 'COMPLETE', unchanged: 1 })
    } finally {
      await other.destroy()
    }
  })

  it('closes a run that a killed hub left, at the next harvest and at the next start', async () => {
    const left = await beginRun(database.knex, 'camden', { wholeEveryDays: 7, whole: false })
    await configureTwo(database.knex)
    expect(await createCatalogueLoaders(database.knex, anonymous).lastHarvestOfSpoke.load('camden')).toMatchObject({
      id: left.id,
      status: 'FAILED',
      error: 'The hub stopped during this harvest.',
    })
    const again = await beginRun(database.knex, 'camden', { wholeEveryDays: 7, whole: false })
    await harvest(database.knex, fakeSource(complete()))
    expect(await database.knex('harvest_runs').where({ id: again.id }).pluck('status')).toEqual(['FAILED'])
  })

  it('writes nothing more once another hub has taken over', async () => {
    const source = fakeSource(
      dataset('a'),
      () => database.knex('harvest_runs').update({ status: 'FAILED', finished_at: new Date() }),
      complete(),
    )
    await expect(harvest(database.knex, source)).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE' })
    expect(await statuses()).toEqual({})
  })

  it('refuses a spoke that is unknown', async () => {
    await expect(harvest(database.knex, fakeSource(complete()), { spokeId: 'nowhere' })).rejects.toThrow()
  })
})
