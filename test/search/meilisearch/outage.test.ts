import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { connectionConfig } from '../../../src/database/connect.js'
import { SearchKeeper } from '../../../src/search/keep/search-keeper.js'
import { MeilisearchIndex } from '../../../src/search/meilisearch/meilisearch-index.js'
import { createSearch, type Search } from '../../../src/search/search.js'
import { anonymous, configureTwo, harvest } from '../../support/catalogue.js'
import { complete, dataset, fakeSource } from '../../support/fake-source.js'
import { freshDatabase, type FreshDatabase, quiet } from '../../support/postgres.js'
import { ask } from '../contract/asking.js'
import { type Disorder, type StandIn, startMeilisearchStandIn } from '../meilisearch-stand-in.js'
import { patienceMs } from '../../support/patience.js'

let standIn: StandIn
beforeEach(async () => {
  standIn = await startMeilisearchStandIn()
})
afterEach(() => standIn.close())

const open = (times = { requestMs: patienceMs, retryMs: 1 }) =>
  new MeilisearchIndex({ url: standIn.url, key: standIn.masterKey, log: quiet, times })

describe('a server that is out of order', () => {
  const disorders: readonly Disorder[] = [
    'down',
    'hangs',
    'rubbish',
    'empty',
    { status: 500 },
    { status: 503 },
    { status: 401 },
    { status: 404 },
  ]
  test.each(disorders.map((disorder) => [JSON.stringify(disorder), disorder] as const))(
    '%s: whatever is asked is SOURCE_UNAVAILABLE, and of the server nothing is told',
    async (_what, disorder) => {
      await open().prepare()
      // Only a server that hangs is given up after a time.
      const index = open({ requestMs: disorder === 'hangs' ? 200 : patienceMs, retryMs: 1 })
      standIn.disorder = disorder
      const asked = [
        ask(index, { text: 'heron' }),
        ask(index, { text: 'heron polling' }),
        index.write([], ['camden/one']),
        index.fingerprints()[Symbol.asyncIterator]().next(),
        index.beginRebuild(),
        index.prepare(),
      ]
      for (const outcome of await Promise.allSettled(asked)) {
        expect(outcome).toMatchObject({
          status: 'rejected',
          reason: { code: 'SOURCE_UNAVAILABLE', message: 'Search is not available at the moment. Try again in a while.' },
        })
      }
      standIn.disorder = undefined
      expect((await ask(open())).totalCount).toBe(0)
    },
  )

  test('is not waited for by a client that has gone', async () => {
    const index = open()
    await index.prepare()
    standIn.disorder = 'hangs'
    const leave = new AbortController()
    const asked = ask(index, { text: 'heron' }, leave.signal)
    leave.abort(new Error('The client has gone.'))
    await expect(asked).rejects.toThrow('The client has gone.')
  })
})

describe('a hub', () => {
  let database: FreshDatabase
  const running: SearchKeeper[] = []
  beforeEach(async () => {
    database = await freshDatabase()
    await configureTwo(database.knex)
  })
  afterEach(async () => {
    for (const keeper of running.splice(0)) await keeper.stop()
    await database.drop()
  })

  async function keep(): Promise<Search> {
    const index = open()
    const keeper = await SearchKeeper.open({
      knex: database.knex,
      index,
      connection: () => connectionConfig(database.url, true),
      log: quiet,
    })
    running.push(keeper)
    keeper.start()
    return createSearch(database.knex, index, keeper)
  }
  const find = async (search: Search, text = '') =>
    (await search.find(anonymous, { text, first: 100 }, new AbortController().signal)).hits.map(({ id }) => id).sort()

  test('that starts while the server is down has its catalogue, and its search when the server comes', async () => {
    standIn.disorder = 'down'
    const search = await keep()
    expect(await harvest(database.knex, fakeSource(dataset('libraries'), complete()))).toMatchObject({ status: 'COMPLETE', created: 1 })
    await expect(find(search)).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE' })
    expect(await search.state()).toMatchObject({ pending: 1 })
    standIn.disorder = undefined
    await expect.poll(() => find(search).catch(() => [])).toEqual(['camden/libraries'])
  })

  test('goes on while the server is down, and tells it all when it is back', async () => {
    const search = await keep()
    await harvest(database.knex, fakeSource(dataset('libraries'), dataset('parks'), complete()))
    await expect.poll(() => find(search).catch(() => [])).toEqual(['camden/libraries', 'camden/parks'])
    standIn.disorder = 'down'
    const gone = { allowShrink: true, limits: { archiveAfterDays: 0 } }
    for (let times = 0; times < 2; times += 1)
      expect(await harvest(database.knex, fakeSource(dataset('libraries', { title: 'Reading rooms' }), complete()), gone)).toMatchObject({
        status: 'COMPLETE',
      })
    standIn.disorder = undefined
    // What has gone is hidden from the first moment; what has changed comes when the index was told.
    expect(await find(search)).toEqual(['camden/libraries'])
    await expect.poll(() => find(search, 'reading rooms')).toEqual(['camden/libraries'])
    await expect.poll(() => standIn.indexes.get('seven-dials-datasets').documents.size).toBe(1)
  })

  test.each([
    ['somebody searches', async (search: Search) => expect(find(search)).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE' })],
    [
      'the catalogue changes',
      async () => {
        await harvest(database.knex, fakeSource(dataset('libraries'), dataset('parks', { title: 'Gardens' }), complete()))
      },
    ],
  ] as const)('whose server has lost everything tells it all again as soon as %s', async (_what, notice) => {
    await harvest(database.knex, fakeSource(dataset('libraries'), dataset('parks'), complete()))
    const search = await keep()
    await expect.poll(() => find(search).catch(() => [])).toHaveLength(2)
    standIn.indexes.byUid.clear()
    await notice(search)
    await expect.poll(() => find(search).catch(() => [])).toEqual(['camden/libraries', 'camden/parks'])
    expect(standIn.indexes.get('seven-dials-datasets').settings).toMatchObject({ pagination: { maxTotalHits: 10_000_000 } })
  })

  test('builds the index anew beside the live one, over the server', async () => {
    const search = await keep()
    await harvest(database.knex, fakeSource(...Array.from({ length: 30 }, (_, number) => dataset(`d-${number}`)), complete()))
    await expect.poll(() => find(search).catch(() => [])).toHaveLength(30)
    standIn.indexes.get('seven-dials-datasets').documents.clear()
    await search.rebuild()
    await expect.poll(async () => (await search.state()).rebuild?.endedAt).toBeInstanceOf(Date)
    expect(await find(search)).toHaveLength(30)
    expect([...standIn.indexes.byUid.keys()]).toEqual(['seven-dials-datasets'])
  })
})
