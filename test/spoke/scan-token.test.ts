import { randomUUID } from 'node:crypto'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createHash } from 'node:crypto'
import { type CryptoKey, exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { framesMediaType } from '../../src/connector/frames.js'
import { loadHubKey } from '../../src/identity/hub-key.js'
import { RequestSigner } from '../../src/identity/scan-token.js'
import type { ScanAudit } from '../../src/connector/source.js'
import { auditOf } from '../support/audit.js'
import { issuer, startTestSpoke, type TestSpoke } from '../support/spoke.js'

let spoke: TestSpoke
beforeAll(async () => {
  spoke = await startTestSpoke({ 'libraries.csv': 'Name,Postcode\nKilburn,NW6 5UH\nHolborn,WC1X 8PA\n' })
})
afterAll(() => spoke.remove())

const proofs = new Map<string, ScanAudit>()
/** The same bytes each time. */
const scanOf = (table = 'libraries/libraries', name = 'Name') => {
  const relation = { op: 'scan', table, columns: [{ name, type: 'STRING' }] }
  const proof = proofs.get(`${table} ${name}`) ?? auditOf(relation)
  proofs.set(`${table} ${name}`, proof)
  return JSON.stringify({
    relation,
    ...proof,
    rowsMax: 1000,
    bytesMax: 1_000_000,
    timeoutMs: 10_000,
  })
}

async function post(token: string | undefined, body = scanOf(), url = spoke.url) {
  const headers = { 'content-type': 'application/json', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) }
  const response = await fetch(`${url}/scans`, { method: 'POST', headers, body })
  const text = await response.text()
  return { status: response.status, type: response.headers.get('content-type'), text }
}

/** A token that is valid except for what is given. */
async function token(given: { claims?: object; header?: object; expiresIn?: number; age?: number; key?: CryptoKey } = {}) {
  const now = Math.floor(Date.now() / 1000) - (given.age ?? 0)
  const claims = {
    iss: issuer,
    aud: 'camden',
    iat: now,
    exp: now + (given.expiresIn ?? 60),
    jti: randomUUID(),
    op_sha256: sha256(scanOf()),
    ...given.claims,
  }
  const header = { alg: 'EdDSA', typ: 'purpose+jwt', kid: spoke.key.publicJwk.kid, ...given.header }
  return new SignJWT(claims).setProtectedHeader(header as never).sign(given.key ?? spoke.key.privateKey)
}
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

describe('a scan at a spoke', () => {
  test('opens with its hub’s token for exactly these bytes', async () => {
    const body = scanOf()
    expect(await post(await spoke.signer.sign('purpose+jwt', 'camden', body), body)).toMatchObject({ status: 200, type: framesMediaType })
    expect((await post(await token())).status).toBe(200)
  })

  test('needs a token', async () => {
    const { status, text } = await post(undefined)
    expect([status, JSON.parse(text)]).toEqual([
      401,
      { code: 'UNAUTHENTICATED', message: 'A request to a spoke needs the token of its hub.' },
    ])
  })

  test('refuses a token that was used before, and remembers it over a restart', async () => {
    const once = await token()
    expect((await post(once)).status).toBe(200)
    expect((await post(once)).status).toBe(401)
    spoke = await spoke.restart()
    expect((await post(once)).status).toBe(401)
    expect((await post(await token())).status).toBe(200)
  })

  test('of two uses at the same moment only one succeeds', async () => {
    const once = await token()
    const statuses = await Promise.all(Array.from({ length: 8 }, () => post(once)))
    expect(statuses.filter(({ status }) => status === 200)).toHaveLength(1)
  })

  test.each<[string, Record<string, unknown>, string]>([
    ['is no identifier', { jti: 'a b\n0000-9999' }, 'jti'],
    ['has 7 characters', { jti: 'abcdefg' }, 'jti'],
    ['has 101 characters', { jti: 'a'.repeat(101) }, 'jti'],
    ['is a number', { jti: 1234567890 }, 'jti'],
    ['is empty', { jti: '' }, 'jti'],
    ['comes with another claim that is none', { jti: '', op_sha256: 'no digest' }, 'jti, op_sha256'],
  ])('says of a fresh token whose jti %s that it is malformed, not that it was used', async (_what, claims, names) => {
    const { status, text } = await post(await token({ claims }))
    const message = `The token has a claim that is missing or malformed: ${names}.`
    expect([status, JSON.parse(text)]).toEqual([401, { code: 'UNAUTHENTICATED', message }])
  })

  test.each<[string, Parameters<typeof token>[0]]>([
    ['for another spoke', { claims: { aud: 'barnet' } }],
    ['for several spokes', { claims: { aud: ['camden', 'barnet'] } }],
    ['of another hub', { claims: { iss: 'https://other.test' } }],
    ['for other bytes', { claims: { op_sha256: sha256('{}') } }],
    ['without the bytes it is for', { claims: { op_sha256: undefined } }],
    ['without a jti', { claims: { jti: undefined } }],
    ['with a jti that is no identifier', { claims: { jti: 'a b\n0000-9999' } }],
    ['with a jti that is a number', { claims: { jti: 1234567890 } }],
    ['with a jti that is a list', { claims: { jti: [randomUUID()] } }],
    ['with a jti that is an object', { claims: { jti: { id: randomUUID() } } }],
    ['with an empty jti', { claims: { jti: '' } }],
    ['with a jti of 201 characters', { claims: { jti: 'a'.repeat(201) } }],
    ['with an op_sha256 that is a list', { claims: { op_sha256: [sha256(scanOf())] } }],
    ['with an iss that is a list', { claims: { iss: [issuer] } }],
    ['with an exp that is a text', { claims: { exp: String(Math.floor(Date.now() / 1000) + 60) } }],
    ['with an iat that is a text', { claims: { iat: String(Math.floor(Date.now() / 1000)) } }],
    ['for one spoke, as a list', { claims: { aud: ['camden'] } }],
    ['expired', { age: 120 }],
    ['issued in the future', { age: -600 }],
    ['that lives an hour', { expiresIn: 3600 }],
    ['that never expires', { claims: { exp: undefined } }],
    ['of the catalogue’s kind', { header: { typ: 'catalogue+jwt' } }],
    ['of no kind', { header: { typ: undefined } }],
    ['naming a kid that nobody has', { header: { kid: '../../etc/passwd' } }],
  ])('refuses a token %s', async (_name, given) => {
    expect((await post(await token(given))).status).toBe(401)
  })

  test.each<[string, Parameters<typeof token>[0], RegExp]>([
    [
      'the issuer',
      { claims: { iss: 'https://other.test' } },
      /issuer is 'https:\/\/other\.test', and spoke\.yaml has hub\.issuer 'https:\/\/hub\.test'/,
    ],
    ['the spoke', { claims: { aud: 'barnet' } }, /for the spoke 'barnet', and the id in spoke\.yaml is 'camden'/],
    ['the key', { header: { kid: 'new-key' } }, /with the key 'new-key', and the file of hub\.jwks has '[\w-]{43}': take it anew/],
    ['the kind', { header: { typ: 'catalogue+jwt' } }, /kind is 'catalogue\+jwt', and this request needs 'purpose\+jwt'/],
    ['a clock that is behind', { age: 120 }, /expired at \d{4}-.*and the clock of this spoke says \d{4}-/],
    ['a clock that is ahead', { age: -600 }, /issued at \d{4}-.*see to both clocks/],
    ['several', { claims: { iss: 'x', aud: ['barnet'] } }, /issuer is 'x'.*; it is for the spoke 'no text'/],
    ['what cannot be printed', { claims: { iss: `a\n\u202eb${'c'.repeat(500)}` } }, /issuer is 'a {2}bc{196}', and/],
    ['a date that is none', { claims: { exp: -1e300 } }, /no moment/],
  ])('says of a refused token what was expected and what was given: %s', async (_what, given, message) => {
    const refused = await token(given)
    const { status, text } = await post(refused)
    expect(status).toBe(401)
    expect((JSON.parse(text) as { message: string }).message).toMatch(message)
    for (const part of refused.split('.')) expect(text).not.toContain(part)
  })

  test('refuses alg none, a key that the token names, a jwk in the header, and HS256 over the public key', async () => {
    const { privateKey, publicKey } = await generateKeyPair('EdDSA', { extractable: true })
    const claims = { iss: issuer, aud: 'camden', jti: randomUUID(), op_sha256: sha256(scanOf()) }
    const unsecured = new UnsecuredJWT(claims).setIssuedAt().setExpirationTime('1m').encode()
    const secret = new TextEncoder().encode(JSON.stringify(spoke.key.publicJwk))
    const confused = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256', typ: 'purpose+jwt' })
      .setIssuedAt()
      .setExpirationTime('1m')
      .sign(secret)
    const forged = [
      unsecured,
      confused,
      await token({ key: privateKey }),
      await token({ key: privateKey, header: { jwk: await exportJWK(publicKey), kid: undefined } }),
    ]
    for (const one of forged) expect((await post(one)).status).toBe(401)
  })

  test('the catalogue needs a token of its own kind', async () => {
    const get = (bearer: string) => fetch(`${spoke.url}/catalogue`, { headers: { authorization: `Bearer ${bearer}` } })
    expect((await get(await token({ claims: { op_sha256: sha256('') } }))).status).toBe(401)
    const response = await get(await spoke.signer.sign('catalogue+jwt', 'camden', ''))
    expect(response.status).toBe(200)
    const events = (await response.text())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { kind: string })
    expect(events.map(({ kind }) => kind)).toEqual(['dataset', 'complete'])
  })

  test('a new data directory makes a new key, which only its owner can read', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'seven-dials-key-'))
    const first = await loadHubKey(join(folder, 'hub-key.json'))
    expect((await loadHubKey(join(folder, 'hub-key.json'))).publicJwk).toEqual(first.publicJwk)
    expect(first.publicJwk).not.toHaveProperty('d')
    const other = new RequestSigner(issuer, first)
    expect((await post(await other.sign('purpose+jwt', 'camden', scanOf()))).status).toBe(401)
  })
})

describe('what a spoke answers to a bad scan', () => {
  const signed = async (body: string) => post(await spoke.signer.sign('purpose+jwt', 'camden', body), body)
  test.each<[string, string, number, string]>([
    ['not JSON', 'libraries', 400, 'BAD_USER_INPUT'],
    ['no relation', '{}', 400, 'BAD_USER_INPUT'],
    ['a relation that is none', JSON.stringify({ relation: { op: 'drop' }, rowsMax: 1, bytesMax: 1, timeoutMs: 1 }), 400, 'BAD_USER_INPUT'],
    ['nested 100,000 deep', `{"relation":${'{"op":"filter","input":'.repeat(100_000)}`, 400, 'BAD_USER_INPUT'],
    ['a table it does not have', scanOf('nothing/nothing'), 503, 'SOURCE_UNAVAILABLE'],
    ['a path for a table', scanOf('../../etc/passwd'), 503, 'SOURCE_UNAVAILABLE'],
    ['a column it does not have', scanOf('libraries/libraries', 'Secret'), 503, 'SOURCE_UNAVAILABLE'],
  ])('%s', async (_name, body, status, code) => {
    const answer = await signed(body)
    expect([answer.status, (JSON.parse(answer.text) as { code: string }).code]).toEqual([status, code])
    expect(answer.text).not.toMatch(/node_modules|\/tmp|at .*\.[jt]s/)
  })
})
