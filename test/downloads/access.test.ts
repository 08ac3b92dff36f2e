import { request as ask, type IncomingMessage } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { formatNames } from '../../src/api/download-url.js'
import { skewSeconds } from '../../src/identity/clock-skew.js'
import { startTestHub, type TestHub } from '../support/dials.js'
import { issuersYaml, startIssuer, type TestIssuer } from '../support/issuer.js'
import { freshDatabase, type FreshDatabase } from '../support/postgres.js'
import { childSpoke, hubYaml, openWorkspace, spokeYaml, type Workspace } from '../support/workspace.js'
import { post } from './support/post.js'

const shared = 'datasets:\n  shared: { access: SHARED, sharedWith: [borough-of-barnet], listing: PUBLIC }\n'
const many = Array.from({ length: 400_000 }, (_, at) => `${at},text of row ${at}`)
let issuer: TestIssuer
let workspace: Workspace
let database: FreshDatabase
let hub: TestHub
beforeAll(async () => {
  issuer = await startIssuer({ organisations: ['borough-of-camden', 'borough-of-barnet', 'borough-of-lambeth'] })
  const issuers = issuersYaml(issuer)
  workspace = await openWorkspace({
    'hub.yaml': `${hubYaml({ camden: childSpoke('camden') })}${issuers}`,
    'camden/spoke.yaml': spokeYaml('camden', issuers),
    'camden/data/shared.csv': 'n,name\n1,a\n2,b\n',
    'camden/data/many.csv': `n,text\n${many.join('\n')}\n`,
    'camden/data/catalogue.yaml': shared,
  })
  database = await freshDatabase()
  hub = await startTestHub(workspace.hubYaml, { dataFolder: workspace.path('data'), env: { DATABASE_URL: database.url } })
  await hub.harvested('camden')
})
afterAll(async () => {
  await hub.stop()
  await issuer.close()
  await database.drop()
  await workspace.remove()
})

const input = { from: { table: 'camden/shared/shared' } }
const bearer = async (organisation: string, claims: Record<string, unknown> = {}) => ({
  authorization: `Bearer ${await issuer.token({ organisation, ...claims })}`,
})
const codeOf = async (response: Response) => [response.status, ((await response.json()) as { code: string }).code]

describe('a download of a table that is shared with one organisation', () => {
  it.each(['csv', 'ndjson', 'parquet'])('as %s is for that organisation alone, and is kept by nobody', async (format) => {
    const own = await post(hub.url, input, format, await bearer('borough-of-barnet'))
    expect([own.status, own.headers.get('cache-control')]).toEqual([200, 'private, no-store'])
    expect((await own.arrayBuffer()).byteLength).toBeGreaterThan(0)
    expect(await codeOf(await post(hub.url, input, format, await bearer('borough-of-lambeth')))).toEqual([403, 'FORBIDDEN'])
    expect(await codeOf(await post(hub.url, input, format))).toEqual([401, 'UNAUTHENTICATED'])
  })

  it('has its report and its landed file for that viewer alone', async () => {
    const barnet = await bearer('borough-of-barnet')
    const download = await post(hub.url, input, 'parquet', barnet)
    await download.arrayBuffer()
    const file = hub.url + (download.headers.get('content-location') ?? '')
    const report = file.replace('rows.parquet', 'report')
    const others = [{}, await bearer('borough-of-lambeth'), await bearer('borough-of-lambeth', { sub: 'somebody' })]
    for (const address of [file, report]) {
      expect((await fetch(address, { headers: barnet })).status).toBe(200)
      for (const headers of others) expect((await fetch(address, { headers })).status).toBe(404)
    }
  })

  it('has no ETag by which its content could be guessed', async () => {
    const response = await fetch(`${hub.url}/tables/camden/shared/shared.csv`, { headers: await bearer('borough-of-barnet') })
    expect([response.headers.get('etag'), await response.text()]).toEqual([null, 'n,name\r\n1,a\r\n2,b\r\n'])
  })
})

describe('a token that has just expired', () => {
  it('is taken for as long as clocks may differ, and then refused as expired, in each format', async () => {
    const expiresAt = Math.floor(Date.now() / 1000) + 1
    const headers = await bearer('borough-of-barnet', { exp: expiresAt })
    await expect.poll(() => Date.now() / 1000).toBeGreaterThan(expiresAt)
    for (const format of formatNames.filter((name) => name !== 'geojson')) {
      const response = await fetch(`${hub.url}/tables/camden/shared/shared.${format}`, { headers })
      // A busy machine may come too late.
      if (response.status !== 200) expect([response.status, (await response.text()).includes('UNAUTHENTICATED')]).toEqual([401, true])
      else await response.arrayBuffer()
    }
  })
})

describe('a token that expires in the middle of a download', () => {
  it.each([
    ['of text', 'ndjson', 20],
    ['of a file that has landed', 'parquet', 10],
  ])('%s cuts it: no short file looks whole', async (_what, format, tables) => {
    const expiresAt = Math.floor(Date.now() / 1000) + 5
    const headers = { 'content-type': 'application/json', ...(await bearer('borough-of-barnet', { exp: expiresAt })) }
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const sent = ask(`${hub.url}/query?format=${format}`, { method: 'POST', headers }, resolve)
      sent.on('error', reject)
      sent.end(JSON.stringify({ from: { union: Array.from({ length: tables }, () => 'camden/many/many') } }))
    })
    expect(response.statusCode).toBe(200)
    // Nothing is read until the token has expired, so the download cannot have ended before.
    await expect.poll(() => Date.now() / 1000).toBeGreaterThan(expiresAt + skewSeconds + 1)
    const read = new Promise((resolve, reject) => {
      response.on('data', () => undefined)
      response.on('end', () => (response.complete ? resolve('whole') : reject(new Error('cut'))))
      response.on('error', reject)
    })
    await expect(read).rejects.toThrow()
  })
})
