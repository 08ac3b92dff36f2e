import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { connectionConfig } from '../../src/database/connect.js'
import { SourceUnavailable } from '../../src/errors.js'
import { SearchKeeper } from '../../src/search/keep/search-keeper.js'
import type { SearchIndex } from '../../src/search/port.js'
import { PostgresIndex } from '../../src/search/postgres/postgres-index.js'
import { createSearch, type Search } from '../../src/search/search.js'
import { syncConfigured } from '../../src/catalogue/sync-configured.js'
import { anonymous, barnet, camden, configureTwo, harvest, ofBarnet } from '../support/catalogue.js'
import { complete, dataset, fakeSource } from '../support/fake-source.js'
import { freshDatabase, type FreshDatabase, quiet } from '../support/postgres.js'

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

/** A hub's search over an index, as one hub among others. */
async function keep(index: SearchIndex = new PostgresIndex(database.knex)): Promise<Search> {
  const keeper = await SearchKeeper.open({ knex: database.knex, index, connection: () => connectionConfig(database.url, true), log: quiet })
  running.push(keeper)
  keeper.start()
  return createSearch(database.knex, index, keeper)
}

const find = async (search: Search, text = '', viewer = anonymous) =>
  (await search.find(viewer, { text, first: 100 }, new AbortController().signal)).hits.map(({ id }) => id).sort()
const many = (count: number, version = 0) =>
  Array.from({ length: count }, (_, n) => dataset(`d-${n}`, { title: `Trees ${version} number ${n}`, tables: [] }))

/** The same index, while it is not down. */
function mortal(): SearchIndex & { isDown: boolean } {
  const index = new PostgresIndex(database.knex)
  const state = { isDown: false }
  const methods = new Set(['prepare', 'search', 'write', 'fingerprints', 'beginRebuild', 'fill', 'endRebuild'])
  return new Proxy(Object.assign(index, state), {
    get(target, name, self) {
      const value: unknown = Reflect.get(target, name, self)
      if (typeof value !== 'function') return value
      return (...given: unknown[]) => {
        if (methods.has(String(name)) && target.isDown) throw new SourceUnavailable('The search index cannot be reached.')
        return (value as (...given: unknown[]) => unknown).apply(target, given)
      }
    },
  })
}

describe('SearchKeeper', () => {
  it('follows the catalogue: what a harvest brings, changes and archives', async () => {
    const search = await keep()
    await harvest(database.knex, fakeSource(dataset('libraries'), dataset('toilets'), complete()))
    await expect.poll(() => find(search)).toEqual(['camden/libraries', 'camden/toilets'])
    await harvest(database.knex, fakeSource(dataset('libraries', { title: 'Reading rooms' }), dataset('toilets'), complete()))
    await expect.poll(() => find(search, 'reading rooms')).toEqual(['camden/libraries'])
    const gone = { allowShrink: true, limits: { archiveAfterDays: 0 } }
    for (let times = 0; times < 2; times += 1) await harvest(database.knex, fakeSource(dataset('libraries'), complete()), gone)
    await expect.poll(() => find(search)).toEqual(['camden/libraries'])
  })

  it('hides at once what may no longer be found, whatever the index has', async () => {
    const search = createSearch(
      database.knex,
      new PostgresIndex(database.knex),
      await SearchKeeper.open({
        knex: database.knex,
        index: new PostgresIndex(database.knex),
        connection: () => connectionConfig(database.url, true),
        log: quiet,
      }),
    )
    await harvest(database.knex, fakeSource(dataset('libraries'), dataset('members'), complete()))
    const keeping = await keep()
    await expect.poll(() => find(keeping)).toHaveLength(2)
    for (const keeper of running.splice(0)) await keeper.stop()
    await harvest(
      database.knex,
      fakeSource(
        dataset('libraries'),
        dataset('members', { access: 'SHARED', listing: 'PARTIES', sharedWith: ['london-borough-of-barnet'] }),
        complete(),
      ),
    )
    expect(await find(search)).toEqual(['camden/libraries'])
    expect(await search.find(anonymous, { text: 'members', facets: ['SPOKE'] }, new AbortController().signal)).toMatchObject({
      totalCount: 0,
      facets: [{ values: [] }],
    })
    const again = await keep()
    await expect.poll(() => find(again, '', ofBarnet)).toEqual(['camden/libraries', 'camden/members'])
    expect(await find(again)).toEqual(['camden/libraries'])
  })

  it('finds a hidden dataset for its own organisation alone, and at once no more for one whose spoke it was', async () => {
    const ofCamden = { organisation: camden.organisation.id, scopes: [] }
    await harvest(database.knex, fakeSource(dataset('members', { access: 'CLOSED', listing: 'PARTIES' }), complete()))
    const search = await keep()
    await expect.poll(() => find(search, 'members', ofCamden)).toEqual(['camden/members'])
    expect([await find(search), await find(search, '', ofBarnet)]).toEqual([[], []])
    for (const keeper of running.splice(0)) await keeper.stop()
    await syncConfigured(database.knex, [{ ...camden, organisation: barnet.organisation }, barnet])
    expect(await find(search, 'members', ofCamden)).toEqual([])
    const again = await keep()
    await expect.poll(() => find(again, 'members', ofBarnet)).toEqual(['camden/members'])
    expect(await find(again, 'members', ofCamden)).toEqual([])
  })

  it('makes good what an index has lost, has too much or has wrong, when it starts', async () => {
    await harvest(database.knex, fakeSource(...many(12), complete()))
    const first = await keep()
    await expect.poll(() => find(first)).toHaveLength(12)
    for (const keeper of running.splice(0)) await keeper.stop()
    await database.knex.raw(`delete from search_documents where id in ('camden/d-1', 'camden/d-11')`)
    await database.knex.raw(`update search_documents set digest = '', vector = '' where id = 'camden/d-2'`)
    await database.knex.raw(`update search_documents set id = 'camden/never' where id = 'camden/d-3'`)
    const second = await keep()
    await expect
      .poll(() => find(second, 'trees'))
      .toEqual(
        many(12)
          .map(({ dataset: { id } }) => `camden/${id}`)
          .sort(),
      )
  })

  it('leaves the catalogue alone while the index is down, says so, and catches up by itself', async () => {
    const index = mortal()
    const search = await keep(index)
    await harvest(database.knex, fakeSource(dataset('libraries'), complete()))
    await expect.poll(() => find(search)).toEqual(['camden/libraries'])
    index.isDown = true
    expect(await harvest(database.knex, fakeSource(dataset('libraries'), dataset('toilets'), dataset('parks'), complete()))).toMatchObject({
      status: 'COMPLETE',
      created: 2,
    })
    await expect(find(search)).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE' })
    await expect.poll(() => search.state()).toMatchObject({ pending: 2 })
    index.isDown = false
    await expect.poll(() => find(search)).toEqual(['camden/libraries', 'camden/parks', 'camden/toilets'])
    expect(await search.state()).toMatchObject({ index: 'postgres', pending: 0 })
  })

  it('rebuilds beside the live index while the catalogue changes, by whichever hub', async () => {
    await harvest(database.knex, fakeSource(...many(1_500), complete()), { limits: { recordsMax: 10_000 } })
    const [search, other] = [await keep(), await keep()]
    await expect.poll(async () => (await search.state()).pending).toBe(0)
    // Nobody looks for it any more, and a rebuild leaves it out.
    await database.knex('search_words').insert({ audience: '*', word: 'zzyzx', lexeme: 'zzyzx' })
    expect((await search.rebuild()).rebuild).toMatchObject({ endedAt: null, total: 1_500 })
    const changing = harvest(database.knex, fakeSource(...many(1_500, 1), dataset('late'), complete()))
    while ((await other.state()).rebuild?.endedAt === null) {
      expect((await search.find(anonymous, { text: 'trees' }, new AbortController().signal)).totalCount).toBe(1_500)
    }
    await changing
    expect((await search.state()).rebuild).toMatchObject({ error: null, endedAt: expect.any(Date) as Date })
    await expect
      .poll(async () => (await search.find(anonymous, { text: '"trees 1"' }, new AbortController().signal)).totalCount)
      .toBe(1_500)
    await expect.poll(() => find(other, 'late')).toEqual(['camden/late'])
    expect(await database.knex('search_words').where({ word: 'zzyzx' })).toEqual([])
  })
})
