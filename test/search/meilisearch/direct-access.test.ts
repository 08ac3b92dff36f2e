import { decodeJwt, decodeProtectedHeader } from 'jose'
import { Meilisearch, type SearchParams } from 'meilisearch'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Log } from '../../../src/connector/source.js'
import { DirectTokens } from '../../../src/search/meilisearch/direct-access.js'
import { MeilisearchIndex } from '../../../src/search/meilisearch/meilisearch-index.js'
import { Server, serverTimes } from '../../../src/search/meilisearch/server.js'
import { type DirectAccess, everybody, searchFacets } from '../../../src/search/port.js'
import { facetAttributes } from '../../../src/search/meilisearch/filter.js'
import { quiet } from '../../support/postgres.js'
import { document } from '../contract/asking.js'
import { type StandIn, startMeilisearchStandIn } from '../meilisearch-stand-in.js'
import { leastRights } from './least-rights.js'

const minutes = 60_000
let standIn: StandIn
let index: MeilisearchIndex
beforeEach(async () => {
  standIn = await startMeilisearchStandIn()
  index = open()
  await index.prepare()
  await index.write([
    document('camden/open', { title: 'Heron', keywords: ['wading'] }),
    document('camden/shared', { title: 'Heron', keywords: ['nesting'], audiences: ['nhs', 'borough-of-barnet'] }),
    document('barnet/shared', { title: 'Heron', keywords: ['fishing'], audiences: ['borough-of-camden'] }),
  ], [])
})
afterEach(() => standIn.close())

const open = (key = standIn.masterKey, log: Log = quiet) => new MeilisearchIndex({ url: standIn.url, key, log })
const anybody = [everybody]
const ofNhs = [everybody, 'nhs']

/** As a page in a browser does it. */
const as = ({ url, token }: DirectAccess) => new Meilisearch({ host: url, apiKey: token })
const search = async (access: DirectAccess, params: SearchParams = {}) => as(access).index(access.index).search<{ id: string }>('heron', params)
const idsOf = async (access: DirectAccess, params: SearchParams = {}) => (await search(access, params)).hits.map(({ id }) => id).sort()
const refused = { cause: { code: 'invalid_api_key' } }

describe('a token to search the server directly', () => {
  test('finds, counts and marks what its viewer may find, whatever it asks for', async () => {
    const [anybodys, nhs] = [(await index.directAccess(anybody))!, (await index.directAccess(ofNhs))!]
    expect(await idsOf(anybodys)).toEqual(['camden/open'])
    expect(await idsOf(nhs)).toEqual(['camden/open', 'camden/shared'])
    for (const filter of ['spoke = barnet OR spoke = camden', 'NOT spoke = nowhere', [['spoke = barnet', 'id EXISTS']]]) expect(await idsOf(anybodys, { filter })).toEqual(['camden/open'])
    const { facetDistribution } = await search(anybodys, { facets: searchFacets.map((facet) => facetAttributes[facet]) })
    expect(facetDistribution).toMatchObject({ spoke: { camden: 1 }, keywords: { wading: 1 } })
    expect((await search(nhs, { filter: 'spoke = barnet' })).hits).toEqual([])
  })

  test('shows nobody who else may find a thing', async () => {
    const { hits } = await search((await index.directAccess(ofNhs))!, { attributesToRetrieve: ['*'] })
    expect(hits).toHaveLength(2)
    for (const hit of hits) expect(Object.keys(hit)).not.toEqual(expect.arrayContaining([expect.stringMatching(/audiences|mark|Spellings/)]))
  })

  test('ends a quarter of an hour after it was made, and names this index alone', async () => {
    const { token, expiresAt, index: name, url } = (await index.directAccess(ofNhs))!
    const { exp, searchRules, apiKeyUid, ...others } = decodeJwt<{ searchRules: object; apiKeyUid: string }>(token)
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'HS256', typ: 'JWT' })
    expect([others, exp, Object.keys(searchRules), name, url]).toEqual([{}, expiresAt.getTime() / 1000, ['seven-dials-datasets'], 'seven-dials-datasets', standIn.url])
    expect(expiresAt.getTime() - Date.now()).toBeGreaterThan(14 * minutes)
    expect(expiresAt.getTime() - Date.now()).toBeLessThanOrEqual(15 * minutes)
    expect(standIn.keys.byUid.get(apiKeyUid)).toMatchObject({ actions: ['search'], indexes: ['seven-dials-datasets'], expiresAt: expect.any(String) as string })
    // A name can be told by its length; a hash of an organisation's id cannot.
    expect(JSON.stringify(searchRules)).not.toContain('nhs')
  })

  test('does nothing but search, and that here alone', async () => {
    const other = new MeilisearchIndex({ url: standIn.url, key: standIn.masterKey, prefix: 'other-', log: quiet })
    await other.prepare()
    const access = (await index.directAccess(anybody))!
    const [client, own] = [as(access), as(access).index(access.index)]
    await expect(client.index('other-datasets').search('')).rejects.toMatchObject(refused)
    await expect(client.multiSearch({ queries: [{ indexUid: access.index, q: '' }, { indexUid: 'other-datasets', q: '' }] })).rejects.toMatchObject(refused)
    await expect(own.getDocuments()).rejects.toMatchObject(refused)
    await expect(own.getSettings()).rejects.toMatchObject(refused)
    await expect(own.deleteDocuments(['x'])).rejects.toMatchObject(refused)
    await expect(client.createKey({ actions: ['*'], indexes: ['*'], expiresAt: null })).rejects.toMatchObject(refused)
  })

  test('that has ended, or was changed, is refused', async () => {
    const past = new DirectTokens(new Server(standIn.url, standIn.masterKey, serverTimes), 'seven-dials-datasets', quiet, () => Date.now() - 16 * minutes)
    await expect(search((await past.give({ audiences: anybody }))!)).rejects.toMatchObject(refused)
    const access = (await index.directAccess(anybody))!
    const [head, , signature] = access.token.split('.')
    const wider = Buffer.from(JSON.stringify({ ...decodeJwt(access.token), searchRules: { '*': null } })).toString('base64url')
    await expect(search({ ...access, token: `${head}.${wider}.${signature}` })).rejects.toMatchObject(refused)
  })

  test('is signed with a key that is made once, by whichever hub, and anew in another period', async () => {
    const others = [open(), open()]
    const tokens = await Promise.all([index, ...others].flatMap((one) => [one.directAccess(anybody), one.directAccess(ofNhs)]))
    expect(new Set(tokens.map((access) => decodeJwt(access!.token)['apiKeyUid'])).size).toBe(1)
    const later = new DirectTokens(new Server(standIn.url, standIn.masterKey, serverTimes), 'seven-dials-datasets', quiet, () => Date.now() + 31 * 86_400_000)
    await later.give({ audiences: anybody })
    expect(standIn.keys.byUid.size).toBe(2)
  })
})

describe('a hub whose key has no more rights than it needs', () => {
  test('has its search, and gives nobody a token; why is told once', async () => {
    const warnings: unknown[] = []
    const { key } = standIn.keys.create({ actions: [...leastRights], indexes: ['seven-dials-*'], expiresAt: null })
    const own = open(key, { info: () => undefined, warn: (fields: unknown) => void warnings.push(fields), error: () => undefined })
    await own.prepare()
    expect([await own.directAccess(anybody), await own.directAccess(ofNhs)]).toEqual([undefined, undefined])
    expect(warnings).toMatchObject([{ code: 'invalid_api_key' }])
  })
})
