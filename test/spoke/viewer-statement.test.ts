import { createHash, randomUUID } from 'node:crypto'
import { decodeJwt, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Asker } from '../../src/connector/source.js'
import { auditOf } from '../support/audit.js'
import { issuer, startTestSpoke, type TestSpoke } from '../support/spoke.js'

const identity = 'https://identity.barnet.example'
let spoke: TestSpoke
beforeAll(async () => {
  spoke = await startTestSpoke(
    {
      'libraries.csv': 'Name,Postcode\nKilburn,NW6 5UH\nHolborn,WC1X 8PA\n',
      'catalogue.yaml': 'datasets:\n  libraries:\n    access: SHARED\n    sharedWith: [barnet, lambeth]\n',
    },
    { extra: `issuers:\n  - { issuer: '${identity}', organisations: [barnet] }\n` },
  )
})
afterAll(() => spoke.remove())

const now = () => Math.floor(Date.now() / 1000)
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const relation = { op: 'scan', table: 'libraries/libraries', columns: [{ name: 'Name', type: 'STRING' }] }
const proof = auditOf(relation, 'camden', { organisation: 'barnet' })
const body = (given: object = {}) =>
  JSON.stringify({
    relation,
    ...proof,
    ...{ rowsMax: 1000, bytesMax: 1_000_000, timeoutMs: 10_000, ...given },
  })
const asker = (given: Partial<Asker> = {}): Asker => ({
  ...{ issuer: identity, organisation: 'barnet', subject: 'jane@barnet.example', tokenSha256: sha256('the token') },
  ...{ expiresAt: now() + 300, ...given },
})

async function post(token: string, text = body()) {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` }
  const response = await fetch(`${spoke.url}/scans`, { method: 'POST', headers, body: text })
  const answer = Buffer.from(await response.arrayBuffer()).toString('latin1')
  return [response.status, response.status === 200 ? 'read' : (JSON.parse(answer) as { code: string }).code]
}

/** A token that the hub itself signs, with this claim `viewer`. */
function stating(viewer: unknown) {
  const claims = { iss: issuer, aud: 'camden', iat: now(), exp: now() + 60, jti: randomUUID(), op_sha256: sha256(body()), viewer }
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'EdDSA', typ: 'purpose+jwt', kid: spoke.key.publicJwk.kid as string })
    .sign(spoke.key.privateKey)
}
const statement = async (given: object = {}) => ({
  ...(decodeJwt(await spoke.signer.sign('purpose+jwt', 'camden', body(), asker())).viewer as object),
  ...given,
})

describe('the hub’s statement of the viewer', () => {
  test('opens a table that is shared with the viewer’s organisation', async () => {
    expect(await post(await spoke.signer.sign('purpose+jwt', 'camden', body(), asker()))).toEqual([200, 'read'])
    expect(await post(await stating(await statement()))).toEqual([200, 'read'])
  })

  test('tells no subject, and at each spoke and for each issuer another pseudonym', async () => {
    const told = async (audience: string, given: Partial<Asker> = {}) => {
      const token = await spoke.signer.sign('purpose+jwt', audience, body(), asker(given))
      expect(Buffer.from(token.split('.')[1] as string, 'base64url').toString()).not.toMatch(/jane/)
      return (decodeJwt(token).viewer as { sub: string }).sub
    }
    const camden = await told('camden')
    expect(await told('camden')).toBe(camden)
    const others = [
      await told('barnet'),
      await told('camden', { issuer: 'https://other.example' }),
      await told('camden', { subject: 'joe' }),
    ]
    expect(new Set([camden, ...others]).size).toBe(4)
    const guesses = ['jane@barnet.example', JSON.stringify(['camden', identity, 'jane@barnet.example'])]
    for (const guess of guesses) expect(createHash('sha256').update(guess).digest('base64url')).not.toBe(camden)
  })

  test('is missing: nobody asks, and the shared table stays closed', async () => {
    expect(await post(await spoke.signer.sign('purpose+jwt', 'camden', body()))).toEqual([403, 'AGREEMENT_REQUIRED'])
  })

  test.each<[string, object, number, string]>([
    ['of an issuer that this spoke does not pin', { iss: 'https://identity.attacker.example' }, 403, 'FORBIDDEN'],
    ['of an organisation that the issuer may not speak for here', { organisation: 'lambeth' }, 403, 'FORBIDDEN'],
    ['that expired', { exp: now() - 60 }, 403, 'FORBIDDEN'],
    ['whose organisation is a list', { organisation: ['barnet'] }, 401, 'UNAUTHENTICATED'],
    ['whose issuer is an object', { iss: { toString: identity } }, 401, 'UNAUTHENTICATED'],
    ['whose exp is a text', { exp: '9999999999' }, 401, 'UNAUTHENTICATED'],
    ['whose subject is a plain name', { sub: 'jane' }, 401, 'UNAUTHENTICATED'],
    ['without an issuer', { iss: undefined }, 401, 'UNAUTHENTICATED'],
    ['with another member', { scopes: ['hub:operate'] }, 401, 'UNAUTHENTICATED'],
  ])('%s is refused', async (_name, given, status, code) => {
    expect(await post(await stating(await statement(given)))).toEqual([status, code])
  })

  test.each([null, 'barnet', 1, []])('that is %j is refused', async (viewer) => {
    expect(await post(await stating(viewer))).toEqual([401, 'UNAUTHENTICATED'])
  })

  test('altered on its way is refused', async () => {
    const [header, , signature] = (await spoke.signer.sign('purpose+jwt', 'camden', body())).split('.')
    const token = await stating(await statement())
    expect(await post([header, token.split('.')[1], signature].join('.'))).toEqual([401, 'UNAUTHENTICATED'])
  })

  test('for another spoke, for another scan or for a second time is refused', async () => {
    expect(await post(await spoke.signer.sign('purpose+jwt', 'barnet', body(), asker()))).toEqual([401, 'UNAUTHENTICATED'])
    const other = body({ rowsMax: 999 })
    expect(await post(await spoke.signer.sign('purpose+jwt', 'camden', other, asker()))).toEqual([401, 'UNAUTHENTICATED'])
    const once = await spoke.signer.sign('purpose+jwt', 'camden', body(), asker())
    expect(await post(once)).toEqual([200, 'read'])
    expect(await post(once)).toEqual([401, 'UNAUTHENTICATED'])
  })

  test('is the only one: a scan with a viewer’s token, as older hubs sent it, is refused', async () => {
    const old = body({ viewerToken: 'a.b.c' })
    expect(await post(await spoke.signer.sign('purpose+jwt', 'camden', old, asker()), old)).toEqual([400, 'BAD_USER_INPUT'])
  })
})
