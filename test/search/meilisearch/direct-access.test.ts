import { randomUUID } from 'node:crypto'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { Meilisearch, type SearchParams } from 'meilisearch'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Log } from '../../../src/connector/source.js'
import { DirectTokens } from '../../../src/search/meilisearch/direct-access.js'
import { facetAttributes } from '../../../src/search/meilisearch/filter.js'
import { MeilisearchIndex } from '../../../src/search/meilisearch/meilisearch-index.js'
import { Server, serverTimes } from '../../../src/search/meilisearch/server.js'
import { type DirectAccess, everybody, searchFacets } from '../../../src/search/port.js'
import { quiet } from '../../support/postgres.js'
import { document } from '../contract/asking.js'
import { startMeilisearchStandIn } from '../meilisearch-stand-in.js'
import { leastRights } from './least-rights.js'

/** @property key one that may make keys */
interface KeyedServer {
  readonly url: string
  readonly key: string
  close(): Promise<void>
}

const minutes = 60_000
const anybody = [everybody]
const ofNhs = [everybody, 'nhs']
const refused = { cause: { code: 'invalid_api_key' } }

/** As a page in a browser does it. */
const as = ({ url, token }: DirectAccess) => new Meilisearch({ host: url, apiKey: token })
const search = async (access: DirectAccess, params: SearchParams = {}) =>
  as(access).index(access.index).search<{ id: string }>('heron', params)
const idsOf = async (access: DirectAccess, params: SearchParams = {}) => (await search(access, params)).hits.map(({ id }) => id).sort()

function tokens(start: () => Promise<KeyedServer>): void {
  const prefix = `seven-dials-test-${randomUUID()}-`
  let server: KeyedServer
  let index: MeilisearchIndex
  const open = (key = server.key, log: Log = quiet, of = prefix) => new MeilisearchIndex({ url: server.url, key, prefix: of, log })
  const tokensAt = (now: number) => new DirectTokens(new Server(server.url, server.key, serverTimes), `${prefix}datasets`, quiet, () => now)
  const operator = () => new Meilisearch({ host: server.url, apiKey: server.key })
  const keys = async () =>
    (await operator().getKeys({ limit: 1_000 })).results.filter(({ indexes }) => indexes.every((pattern) => pattern.startsWith(prefix)))
  beforeAll(async () => {
    server = await start()
    index = open()
    await index.prepare()
    await index.write(
      [
        document('camden/open', { title: 'Heron', keywords: ['wading'] }),
        document('camden/shared', { title: 'Heron', keywords: ['nesting'], audiences: ['nhs', 'borough-of-barnet'] }),
        document('barnet/shared', { title: 'Heron', keywords: ['fishing'], audiences: ['borough-of-camden'] }),
      ],
      [],
    )
  })
  afterAll(async () => {
    for (const { uid } of await keys()) await operator().deleteKey(uid)
    for (const uid of [`${prefix}datasets`, `${prefix}other-datasets`]) await operator().deleteIndexIfExists(uid)
    await server.close()
  })

  test('finds, counts and marks what its viewer may find, whatever it asks for', async () => {
    const [anybodys, nhs] = [(await index.directAccess(anybody))!, (await index.directAccess(ofNhs))!]
    expect(await idsOf(anybodys)).toEqual(['camden/open'])
    expect(await idsOf(nhs)).toEqual(['camden/open', 'camden/shared'])
    for (const filter of ['spoke = barnet OR spoke = camden', 'NOT spoke = nowhere', [['spoke = barnet', 'id EXISTS']]])
      expect(await idsOf(anybodys, { filter })).toEqual(['camden/open'])
    const { facetDistribution } = await search(anybodys, { facets: searchFacets.map((facet) => facetAttributes[facet]) })
    expect(facetDistribution).toMatchObject({ spoke: { camden: 1 }, keywords: { wading: 1 } })
    expect((await search(nhs, { filter: 'spoke = barnet' })).hits).toEqual([])
  })

  test('shows nobody who else may find a thing', async () => {
    const { hits } = await search((await index.directAccess(ofNhs))!, { attributesToRetrieve: ['*'] })
    expect(hits).toHaveLength(2)
    expect(hits.flatMap((hit) => Object.keys(hit)).filter((name) => /audiences|mark|Spellings/.test(name))).toEqual([])
  })

  test('ends a quarter of an hour after it was made, and names this index alone', async () => {
    const { token, expiresAt, index: name, url } = (await index.directAccess(ofNhs))!
    const { exp, searchRules, apiKeyUid, ...others } = decodeJwt<{ searchRules: object; apiKeyUid: string }>(token)
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'HS256', typ: 'JWT' })
    expect([others, exp, Object.keys(searchRules), name, url]).toEqual([
      {},
      expiresAt.getTime() / 1000,
      [`${prefix}datasets`],
      `${prefix}datasets`,
      server.url,
    ])
    expect(expiresAt.getTime() - Date.now()).toBeGreaterThan(14 * minutes)
    expect(expiresAt.getTime() - Date.now()).toBeLessThanOrEqual(15 * minutes)
    expect(await operator().getKey(apiKeyUid)).toMatchObject({
      actions: ['search'],
      indexes: [`${prefix}datasets`],
      expiresAt: expect.anything() as unknown,
    })
  })

  test('does nothing but search, and that here alone', async () => {
    await open(server.key, quiet, `${prefix}other-`).prepare()
    const access = (await index.directAccess(anybody))!
    const [client, own] = [as(access), as(access).index(access.index)]
    await expect(client.index(`${prefix}other-datasets`).search('')).rejects.toMatchObject(refused)
    await expect(
      client.multiSearch({
        queries: [
          { indexUid: access.index, q: '' },
          { indexUid: `${prefix}other-datasets`, q: '' },
        ],
      }),
    ).rejects.toMatchObject(refused)
    await expect(own.getDocuments()).rejects.toMatchObject(refused)
    await expect(own.getSettings()).rejects.toMatchObject(refused)
    await expect(own.deleteDocuments(['x'])).rejects.toMatchObject(refused)
    await expect(client.createKey({ actions: ['*'], indexes: ['*'], expiresAt: null })).rejects.toMatchObject(refused)
  })

  test('that has ended, or was changed, is refused', async () => {
    await expect(search((await tokensAt(Date.now() - 16 * minutes).give({ audiences: anybody }))!)).rejects.toMatchObject(refused)
    const access = (await index.directAccess(anybody))!
    const [head, , signature] = access.token.split('.')
    const wider = Buffer.from(JSON.stringify({ ...decodeJwt(access.token), searchRules: { '*': null } })).toString('base64url')
    await expect(search({ ...access, token: `${head}.${wider}.${signature}` })).rejects.toMatchObject(refused)
  })

  test('is signed with a key that is made once, by whichever hub, and anew in another period', async () => {
    const given = await Promise.all([index, open(), open()].flatMap((one) => [one.directAccess(anybody), one.directAccess(ofNhs)]))
    expect(new Set(given.map((access) => decodeJwt(access!.token)['apiKeyUid'])).size).toBe(1)
    const before = await keys()
    await tokensAt(Date.now() + 31 * 86_400_000).give({ audiences: anybody })
    expect(await keys()).toHaveLength(before.length + 1)
  })

  test('is given to nobody where the key of the hub has no more rights than it needs; why is reported once', async () => {
    const warnings: unknown[] = []
    const { key } = await operator().createKey({ actions: [...leastRights], indexes: [`${prefix}*`], expiresAt: null })
    const own = open(key, { info: () => undefined, warn: (fields: unknown) => void warnings.push(fields), error: () => undefined })
    await own.prepare()
    expect([await own.directAccess(anybody), await own.directAccess(ofNhs)]).toEqual([undefined, undefined])
    expect(warnings).toMatchObject([{ code: 'invalid_api_key' }])
  })
}

describe('a token to search the stand-in directly', () =>
  tokens(async () => {
    const { url, masterKey, close } = await startMeilisearchStandIn()
    return { url, key: masterKey, close }
  }))

const [url, key] = [process.env['MEILI_URL'] ?? '', process.env['MEILI_KEY'] ?? '']

describe('a token to search the server of MEILI_URL directly', () => {
  if (url === '' || key === '')
    test('tokens', (context) => context.skip('MEILI_URL and MEILI_KEY are not set: no token was tried at a real Meilisearch server'))
  else tokens(async () => ({ url, key, close: async () => undefined }))
})
