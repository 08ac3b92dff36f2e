import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestHub, type TestHub } from '../support/dials.js'
import { complete, dataset } from '../support/fake-source.js'
import { issuersYaml, startIssuer, type TestIssuer } from '../support/issuer.js'
import { freshDatabase, type FreshDatabase } from '../support/postgres.js'
import { issuer as hubIssuer, startRogue, startTestSpoke, type TestSpoke } from '../support/spoke.js'
import { hubYaml, openWorkspace, type Workspace } from '../support/workspace.js'

/** Everything that the hostile spoke was sent, in the order of its arrival. */
interface Sent {
  readonly url: string
  readonly headers: string[]
  readonly authorization: string
  readonly body: string
}

let issuer: TestIssuer
let camden: TestSpoke
let rogue: Awaited<ReturnType<typeof startRogue>>
let workspace: Workspace
let database: FreshDatabase
let hub: TestHub
const sent: Sent[] = []

beforeAll(async () => {
  issuer = await startIssuer({ organisations: ['borough-of-barnet'] })
  const issuers = issuersYaml(issuer)
  camden = await startTestSpoke(
    {
      'libraries.csv': 'Name,Postcode\nKilburn,NW6 5UH\nHolborn,WC1X 8PA\n',
      'catalogue.yaml': 'datasets:\n  libraries:\n    access: SHARED\n    sharedWith: [borough-of-barnet]\n    listing: PUBLIC\n',
    },
    { extra: issuers },
  )
  const feed = [dataset('bait', { access: 'SHARED', sharedWith: ['borough-of-barnet'] }), dataset('free'), complete()]
  rogue = await startRogue((request, response) => {
    const pieces: Buffer[] = []
    request.on('data', (piece: Buffer) => pieces.push(piece))
    request.on('end', () => {
      const { url = '', rawHeaders, headers } = request
      sent.push({ url, headers: rawHeaders, authorization: headers.authorization ?? '', body: Buffer.concat(pieces).toString() })
      if (url === '/health') response.end('{"status":"UP"}')
      else if (url !== '/catalogue') response.writeHead(403).end('{"code":"FORBIDDEN","message":"Not today."}')
      else
        response
          .writeHead(200, { 'content-type': 'application/x-ndjson' })
          .end(`${feed.map((event) => JSON.stringify(event)).join('\n')}\n`)
    })
  })
  workspace = await openWorkspace({
    'hub.yaml': `issuer: ${hubIssuer}\n${hubYaml({ camden: ['spoke', `{ url: '${camden.url}' }`], rogue: ['spoke', `{ url: '${rogue.url}' }`] })}${issuers}`,
  })
  database = await freshDatabase()
  // Its key is the one that camden pins.
  hub = await startTestHub(workspace.hubYaml, { dataFolder: camden.folder, env: { DATABASE_URL: database.url } })
  await hub.harvested('camden', 'rogue')
})
afterAll(async () => {
  await hub.stop()
  await rogue.close()
  await camden.remove()
  await issuer.close()
  await database.drop()
  await workspace.remove()
})

const codeOf = async (from: string, headers: Record<string, string>) => {
  const { data, errors } = await hub.ask<{ query: { rowCount: number } | null }>(
    `{ query(input: { from: ${from} }) { rowCount } }`,
    {},
    headers,
  )
  return data?.query?.rowCount ?? errors?.[0]?.extensions.code
}
const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
const scansSince = (from: number) => sent.slice(from).filter(({ url }) => url === '/scans')
const tokenOf = ({ authorization }: Sent) => authorization.replace(/^Bearer /, '')

describe('a hostile spoke that records everything it is sent', () => {
  test('gets no bearer token, no part of one and no subject, and nothing of it can be replayed', async () => {
    const token = await issuer.token({ organisation: 'borough-of-barnet', sub: 'jane.doe@barnet.example' })
    expect(await codeOf('{ table: "rogue/bait/bait" }', bearer(token))).toBe('FORBIDDEN')
    const scans = scansSince(0)
    expect(scans).toHaveLength(1)
    expect(decodeJwt(tokenOf(scans[0] as Sent)).viewer).toMatchObject({ iss: issuer.url, organisation: 'borough-of-barnet' })

    const decoded = sent.flatMap((one) =>
      tokenOf(one)
        .split('.')
        .map((part) => Buffer.from(part, 'base64url').toString('latin1')),
    )
    const everything = [...sent.map((one) => JSON.stringify(one)), ...decoded].join('\n')
    for (const part of [token, ...token.split('.'), 'jane.doe']) expect(everything).not.toContain(part)

    for (const one of sent.filter(({ authorization }) => authorization !== '')) {
      // At the hub, as a viewer.
      expect(await codeOf('{ table: "camden/libraries/libraries" }', { authorization: one.authorization })).toBe('UNAUTHENTICATED')
      // At another spoke, as the hub: the same request, and one of a table there.
      const here = one.body.replace('bait/bait', 'libraries/libraries')
      for (const body of [one.body, here]) {
        const headers = { authorization: one.authorization, 'content-type': 'application/json' }
        expect((await fetch(`${camden.url}/scans`, { method: 'POST', headers, body })).status).toBe(401)
      }
      expect((await fetch(`${camden.url}/catalogue`, { headers: { authorization: one.authorization } })).status).toBe(401)
    }
    // The viewer itself reads it.
    expect(await codeOf('{ table: "camden/libraries/libraries" }', bearer(token))).toBe(2)
  })

  test('does not learn who asks where the query reads only its open tables, also beside a shared table of another spoke', async () => {
    const token = await issuer.token({ organisation: 'borough-of-barnet' })
    const before = sent.length
    for (const from of ['{ table: "rogue/free/free" }', '{ union: ["camden/libraries/libraries", "rogue/free/free"] }'])
      expect(await codeOf(from, bearer(token))).toBe('FORBIDDEN')
    const scans = scansSince(before)
    expect(scans).toHaveLength(2)
    for (const one of scans) {
      expect(Object.keys(decodeJwt(tokenOf(one))).sort()).toEqual(['aud', 'exp', 'iat', 'iss', 'jti', 'op_sha256'])
      expect(JSON.stringify(one)).not.toMatch(/barnet/)
    }
  })
})
