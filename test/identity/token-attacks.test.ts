import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { exportSPKI, importJWK, type CryptoKey } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type HubKey, loadHubKey } from '../../src/identity/hub-key.js'
import { signOperatorToken } from '../../src/identity/operator-token.js'
import { RequestSigner } from '../../src/identity/scan-token.js'
import { viewerOf } from '../../src/identity/viewer-of.js'
import {
  audience,
  base64url,
  goodClaims,
  makeKey,
  rawToken,
  refusalOf,
  signed,
  signer,
  startIssuer,
  type TestIssuer,
} from '../support/issuer.js'

const hubIssuer = 'https://hub.london.example'
const warnings: unknown[] = []
const log = { warn: (...args: unknown[]) => void warnings.push(args) }
let issuer: TestIssuer
let other: TestIssuer
let rsa: TestIssuer
let key: HubKey
let identify: ReturnType<typeof viewerOf>
const ask = (token: string) => identify(`Bearer ${token}`)
const now = () => Math.floor(Date.now() / 1000)

beforeAll(async () => {
  issuer = await startIssuer()
  other = await startIssuer({ organisations: ['lambeth'] }, 'EdDSA')
  rsa = await startIssuer({}, 'RS256')
  key = await loadHubKey(join(tmpdir(), `seven-dials-identity-${process.pid}`, 'hub-key.json'))
  identify = viewerOf({ issuer: hubIssuer, key, issuers: [issuer.config, other.config, rsa.config], log })
})
afterAll(() => Promise.all([issuer.close(), other.close(), rsa.close()]))

async function expectRefused(token: string, message: RegExp = /./): Promise<void> {
  const error = await refusalOf(ask(token))
  expect(error.code).toBe('UNAUTHENTICATED')
  expect(error.message).toMatch(message)
  // Neither what the client is told nor what may be logged has any of the token in it.
  const told = `${error.message} ${String(error.cause)} ${JSON.stringify(warnings)}`
  for (const part of token.split('.').filter(({ length }) => length > 8)) expect(told).not.toContain(part)
}

describe('a token that is what it should be', () => {
  test('is a viewer with subject, organisation, scopes and end', async () => {
    const expected = {
      subject: 'jane',
      issuer: issuer.url,
      organisation: 'camden',
      scopes: ['agreements:write'],
      expiresAt: expect.any(Number),
    }
    expect(await ask(await issuer.token())).toEqual(expected)
    expect(await ask(await rsa.token())).toEqual({ ...expected, issuer: rsa.url })
    for (const typ of [undefined, 'JWT', 'jwt', 'at+jwt', 'application/at+jwt'])
      expect(await ask(await issuer.token({}, { typ }))).toEqual(expected)
    expect(await ask(await issuer.token({ aud: [audience] }))).toEqual(expected)
    expect(await ask(await issuer.token({}, { kid: undefined }))).toEqual(expected)
  })

  test('without the organisation claim has no organisation', async () => {
    expect(await ask(await issuer.token({ organisation: undefined }))).not.toHaveProperty('organisation')
  })

  test('of the operator works as ever, and no header is anonymous', async () => {
    expect(await ask(await signOperatorToken(hubIssuer, key, ['hub:operate']))).toMatchObject({
      subject: 'operator',
      scopes: ['hub:operate'],
    })
    expect(await identify(undefined)).toEqual({ scopes: [] })
    expect(await identify([])).toEqual({ scopes: [] })
  })
})

describe('alg', () => {
  test.each(['none', 'None', 'NONE', 'nOnE', ''])('%j: with no signature, with a signature, or with two parts', async (alg) => {
    const header = JSON.stringify({ alg, kid: 'ES256-1' })
    const claims = JSON.stringify(goodClaims(issuer.url))
    await expectRefused(`${base64url(header)}.${base64url(claims)}.`)
    await expectRefused(`${base64url(header)}.${base64url(claims)}`)
    await expectRefused(await rawToken(header, claims, signer(issuer.key)))
  })

  test('RS/HS confusion: an HMAC with the public key as PEM, as DER or as JWK', async () => {
    const pem = await exportSPKI((await importJWK(rsa.key.publicJwk, 'RS256', { extractable: true })) as CryptoKey)
    const der = Buffer.from(pem.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64')
    const { n = '' } = rsa.key.publicJwk
    for (const secret of [pem, pem.trim(), der, JSON.stringify(rsa.key.publicJwk), n, Buffer.from(n, 'base64url')]) {
      for (const [alg, hash] of [
        ['HS256', 'sha256'],
        ['HS384', 'sha384'],
        ['HS512', 'sha512'],
        ['RS256', 'sha256'],
      ] as const) {
        const header = JSON.stringify({ alg, typ: 'at+jwt', kid: 'RS256-1' })
        await expectRefused(
          await rawToken(header, JSON.stringify(goodClaims(rsa.url)), (input) => createHmac(hash, secret).update(input).digest()),
        )
      }
    }
  })

  test('a secret key in the issuer’s set opens nothing', async () => {
    const careless = await startIssuer()
    careless.served = [{ kty: 'oct', kid: 'shared', k: base64url('a secret of 32 bytes, or there about') }]
    const asked = viewerOf({ issuer: hubIssuer, key, issuers: [careless.config], log })
    const token = await rawToken(JSON.stringify({ alg: 'HS256', kid: 'shared' }), JSON.stringify(goodClaims(careless.url)), (input) =>
      createHmac('sha256', 'a secret of 32 bytes, or there about').update(input).digest(),
    )
    expect((await refusalOf(asked(`Bearer ${token}`))).code).toBe('UNAUTHENTICATED')
    await careless.close()
  })

  test('one that the entry does not list, though the key fits it', async () => {
    const asked = viewerOf({ issuer: hubIssuer, key, issuers: [{ ...issuer.config, algorithms: ['EdDSA'] }], log })
    expect((await refusalOf(asked(`Bearer ${await issuer.token()}`))).code).toBe('UNAUTHENTICATED')
  })
})

describe('kid', () => {
  test.each([
    '../../../../dev/null',
    '/dev/null',
    'file:///etc/passwd',
    "x' OR '1'='1",
    "x' UNION SELECT 'key'--",
    'https://evil.example/key',
    '',
    '__proto__',
    'constructor',
    '0',
  ])('injection %j', async (kid) => {
    await expectRefused(await issuer.token({}, { kid }))
    await expectRefused(
      await rawToken(JSON.stringify({ alg: 'HS256', kid }), JSON.stringify(goodClaims(issuer.url)), (input) =>
        createHmac('sha256', '').update(input).digest(),
      ),
    )
  })

  test('that is not a text', async () => {
    for (const kid of [0, null, ['ES256-1'], { kid: 'ES256-1' }, true]) {
      await expectRefused(
        await rawToken(JSON.stringify({ alg: 'ES256', kid }), JSON.stringify(goodClaims(issuer.url)), signer(await makeKey())),
      )
    }
  })

  test('of another issuer: its keys do not speak for this one', async () => {
    await expectRefused(await signed(goodClaims(issuer.url), { kid: 'EdDSA-1', typ: 'at+jwt' }, other.key))
    await expectRefused(await signed(goodClaims(other.url), { kid: 'ES256-1', typ: 'at+jwt' }, issuer.key))
  })

  test('of the right key, signed by another', async () => {
    await expectRefused(await issuer.token({}, {}, await makeKey('ES256', 'ES256-1')))
  })
})

describe('a header that brings a key or says where one is', () => {
  let calls = 0
  const server = createServer((_request, response) => {
    calls++
    response.end(JSON.stringify({ keys: [] }))
  })
  let url: string
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`
  })
  afterAll(() => server.close())

  test('jwk, jku, x5u and x5c are refused, and nothing is fetched', async () => {
    const mine = await makeKey('ES256', 'mine')
    for (const extra of [{ jwk: mine.publicJwk }, { jku: url }, { x5u: url }, { x5c: ['MIIB'] }]) {
      for (const kid of ['mine', 'ES256-1', undefined]) await expectRefused(await issuer.token({}, { kid, ...extra }, mine))
      await expectRefused(await issuer.token({}, extra))
    }
    expect(calls).toBe(0)
  })

  test('crit is refused, whatever it names', async () => {
    const header = (crit: unknown) => JSON.stringify({ alg: 'ES256', kid: 'ES256-1', crit, b64: true, exp: 1 })
    for (const crit of [['exp'], ['b64'], [], 'exp', null])
      await expectRefused(await rawToken(header(crit), JSON.stringify(goodClaims(issuer.url)), signer(issuer.key)))
  })
})

describe('typ', () => {
  test.each([
    'purpose+jwt',
    'catalogue+jwt',
    'operator+jwt',
    'Operator+JWT',
    'application/operator+jwt',
    'logout+jwt',
    'dpop+jwt',
    'id_token',
    'secevent+jwt',
    'JWE',
    '',
  ])('%j of an issuer', async (typ) => expectRefused(await issuer.token({}, { typ })))

  test('that is not a text', async () => {
    for (const typ of [null, ['at+jwt'], 1, {}])
      await expectRefused(
        await rawToken(JSON.stringify({ alg: 'ES256', kid: 'ES256-1', typ }), JSON.stringify(goodClaims(issuer.url)), signer(issuer.key)),
      )
  })

  test('the hub’s own tokens for spokes do not open the graph', async () => {
    const spokes = new RequestSigner(hubIssuer, key)
    for (const type of ['purpose+jwt', 'catalogue+jwt'] as const) await expectRefused(await spokes.sign(type, hubIssuer, 'operation'))
  })

  test('the hub’s own key signs operators’ tokens and no others', async () => {
    const own = { alg: 'EdDSA', privateKey: key.privateKey, publicJwk: key.publicJwk }
    await expectRefused(await signed({ ...goodClaims(hubIssuer), scope: 'hub:operate' }, { typ: 'at+jwt' }, own))
    await expectRefused(await signed(goodClaims(issuer.url), { typ: 'at+jwt' }, own))
    await expectRefused(await signed({ ...goodClaims(issuer.url), aud: hubIssuer }, { typ: 'operator+jwt' }, own))
  })

  test.each<[string, Record<string, unknown>]>([
    ['a subject that is a number', { sub: 7 }],
    ['a subject that is a list', { sub: ['operator'] }],
    ['scopes that are a list', { scope: ['hub:operate'] }],
    ['several audiences', { aud: [hubIssuer, 'https://other.test'] }],
    ['an issuer that is a list', { iss: [hubIssuer] }],
  ])('the hub’s own key under %s', async (_name, claims) => {
    const own = { alg: 'EdDSA', privateKey: key.privateKey, publicJwk: key.publicJwk }
    const good = { ...goodClaims(hubIssuer), aud: hubIssuer, sub: 'operator', scope: 'hub:operate' }
    expect(await identify(`Bearer ${await signed(good, { typ: 'operator+jwt' }, own)}`)).toMatchObject({ subject: 'operator' })
    await expectRefused(await signed({ ...good, ...claims }, { typ: 'operator+jwt' }, own))
  })

  test('an operator’s token that an issuer signed', async () => {
    await expectRefused(
      await issuer.token({ iss: hubIssuer, aud: hubIssuer, sub: 'operator', scope: 'hub:operate' }, { typ: 'operator+jwt' }),
    )
  })

  test('an ID token or a log-out token without typ', async () => {
    for (const claim of ['at_hash', 'c_hash', 'events'])
      await expectRefused(await issuer.token({ [claim]: 'x' }, { typ: undefined }), /not an access token/)
  })
})

describe('claims', () => {
  test('wrong aud: another’s, a longer or shorter one, several, none', async () => {
    for (const aud of ['https://other.example', `${audience}/`, audience.slice(0, -1), audience.toUpperCase(), '', undefined, []]) {
      await expectRefused(await issuer.token({ aud }), /aud/)
    }
    for (const aud of [
      [audience, 'https://other.example'],
      ['https://other.example', audience],
      [audience, audience],
    ]) {
      await expectRefused(await issuer.token({ aud }), /other parties/)
    }
    for (const aud of [{ [audience]: true }, 1, true, null, [[audience]]]) await expectRefused(await issuer.token({ aud }))
  })

  test('expired, and within the clocks’ tolerance', async () => {
    await expectRefused(await issuer.token({ iat: now() - 300, exp: now() - 10 }), /has expired/)
    expect(await ask(await issuer.token({ iat: now() - 300, exp: now() - 2 }))).toMatchObject({ subject: 'jane' })
  })

  test('not yet valid, and within the clocks’ tolerance', async () => {
    await expectRefused(await issuer.token({ nbf: now() + 30 }), /'nbf'/)
    expect(await ask(await issuer.token({ nbf: now() + 2 }))).toMatchObject({ subject: 'jane' })
  })

  test('iat from the future', async () => {
    await expectRefused(await issuer.token({ iat: now() + 60, exp: now() + 300 }), /'iat'/)
  })

  test('a life of more than a day, or without end', async () => {
    await expectRefused(await issuer.token({ exp: now() + 86_500 }), /longer than a day/)
    await expectRefused(await issuer.token({ iat: now() - 90_000, exp: now() + 60 }))
    for (const field of ['exp', 'iat']) {
      for (const value of ['1e999', '-1e999', '"9999999999"', 'null', '[9999999999]', 'true', '{}']) {
        const text = JSON.stringify({ ...goodClaims(issuer.url), [field]: 0 }).replace(new RegExp(`"${field}":0`), `"${field}":${value}`)
        await expectRefused(await rawToken('{"alg":"ES256","kid":"ES256-1"}', text, signer(issuer.key)))
      }
    }
  })

  test.each(['exp', 'iat', 'sub', 'aud', 'iss'])('without %s', async (claim) => expectRefused(await issuer.token({ [claim]: undefined })))

  test('a subject that is empty, too long, no text, or holds control characters or half a character', async () => {
    for (const sub of ['', 'x'.repeat(256), 'a\u0000b', 'a\nb', '\ud800', 7, null, ['jane'], {}])
      await expectRefused(await issuer.token({ sub }))
  })

  test('unknown issuer, and one that is nearly known', async () => {
    for (const iss of [
      'https://evil.example',
      `${issuer.url}/`,
      issuer.url.toUpperCase(),
      `${issuer.url}.evil.example`,
      '',
      '__proto__',
      'constructor',
      hubIssuer,
    ]) {
      await expectRefused(await issuer.token({ iss }))
    }
    for (const iss of [null, 1, [issuer.url], { toString: issuer.url }]) await expectRefused(await issuer.token({ iss }))
  })

  test('an issuer speaking for an organisation that it may not speak for', async () => {
    for (const organisation of [
      'lambeth',
      'Camden',
      'camden ',
      '',
      '*',
      'camden,barnet',
      'constructor',
      null,
      ['camden'],
      { id: 'camden' },
      true,
      0,
    ]) {
      await expectRefused(await issuer.token({ organisation }), /may not speak for/)
    }
    expect(await ask(await issuer.token({ organisation: 'barnet' }))).toMatchObject({ organisation: 'barnet' })
    expect(await ask(await other.token({ organisation: 'lambeth' }))).toMatchObject({ organisation: 'lambeth' })
    await expectRefused(await other.token({ organisation: 'camden' }), /may not speak for/)
  })

  test('the claim with the organisation is the entry’s, and only it', async () => {
    const asked = viewerOf({
      issuer: hubIssuer,
      key,
      issuers: [{ ...issuer.config, organisationClaim: 'https://london.example/org' }],
      log,
    })
    expect(await asked(`Bearer ${await issuer.token()}`)).not.toHaveProperty('organisation')
    expect(await asked(`Bearer ${await issuer.token({ 'https://london.example/org': 'barnet' })}`)).toMatchObject({
      organisation: 'barnet',
    })
  })

  test('duplicate claims and duplicate headers, in any spelling and at any depth', async () => {
    const claims = JSON.stringify(goodClaims(issuer.url))
    const header = '{"alg":"ES256","kid":"ES256-1"}'
    expect(await ask(await rawToken(header, claims, signer(issuer.key)))).toMatchObject({ organisation: 'camden' })
    for (const text of [
      '"organisation":"barnet"',
      '"sub":"jane"',
      '"\\u0073ub":"joe"',
      '"organisation" : "barnet"',
      '"x":{"y":1,"y":2}',
      '"x":[{"y":1,"y":2}]',
    ]) {
      await expectRefused(await rawToken(header, `{${text},${claims.slice(1)}`, signer(issuer.key)))
      await expectRefused(await rawToken(header, `${claims.slice(0, -1)},${text}}`, signer(issuer.key)))
    }
    await expectRefused(await rawToken('{"alg":"ES256","alg":"ES256","kid":"ES256-1"}', claims, signer(issuer.key)))
    await expectRefused(await rawToken('{"alg":"none","alg":"ES256","kid":"ES256-1"}', claims, signer(issuer.key)))
  })

  test('__proto__ claims give nothing, and leave nothing behind', async () => {
    const claims = JSON.stringify({ ...goodClaims(issuer.url), organisation: undefined })
    for (const extra of [
      '"__proto__":{"organisation":"camden","scope":"hub:operate"}',
      '"constructor":{"prototype":{"organisation":"camden"}}',
      '"x":{"__proto__":{"organisation":"camden"}}',
    ]) {
      const token = await rawToken('{"alg":"ES256","kid":"ES256-1"}', `${claims.slice(0, -1)},${extra}}`, signer(issuer.key))
      const viewer = await ask(token).catch(() => undefined)
      expect(viewer?.organisation).toBeUndefined()
      expect(extra.includes('__proto__')).toBe(viewer === undefined)
    }
    expect(({} as Record<string, unknown>)['organisation']).toBeUndefined()
    await expectRefused(await rawToken('{"__proto__":{"alg":"ES256"},"kid":"ES256-1"}', claims, signer(issuer.key)))
  })
})

describe('scopes', () => {
  test('escalation to hub:operate: left out, however it is asked for', async () => {
    for (const given of [
      { scope: 'hub:operate' },
      { scope: 'agreements:write  hub:operate' },
      { scope: undefined, scp: ['hub:operate'] },
      { scope: undefined, scp: 'x hub:operate' },
      { scope: 'hub:operate hub:operate' },
      { scope: undefined, scp: ['hub:anything', 'hub:'] },
    ]) {
      const { scopes } = await ask(await issuer.token(given))
      expect(scopes.filter((scope) => scope.startsWith('hub:'))).toEqual([])
    }
    for (const scp of [['x hub:operate'], [['hub:operate']], { 0: 'hub:operate' }, ['x\thub:operate'], [1], true])
      await expectRefused(await issuer.token({ scope: undefined, scp }), /scopes/)
  })

  test('of an entry with a list: those alone, and hub:operate where it says so', async () => {
    const asked = (scopes: string[]) => viewerOf({ issuer: hubIssuer, key, issuers: [{ ...issuer.config, scopes }], log })
    const token = `Bearer ${await issuer.token({ scope: 'agreements:write hub:operate other' })}`
    expect((await asked(['agreements:write'])(token)).scopes).toEqual(['agreements:write'])
    expect((await asked(['hub:operate'])(token)).scopes).toEqual(['hub:operate'])
    expect((await asked([])(token)).scopes).toEqual([])
  })

  test('no more than a hundred', async () => {
    await expectRefused(await issuer.token({ scope: Array.from({ length: 101 }, (_, index) => `s${index}`).join(' ') }), /at most 100/)
    expect(
      (await ask(await issuer.token({ scope: Array.from({ length: 100 }, (_, index) => `s${index}`).join(' ') }))).scopes,
    ).toHaveLength(100)
  })
})

describe('the header', () => {
  test('two tokens, two headers, other schemes, other marks', async () => {
    const token = await issuer.token()
    for (const header of [
      `Bearer ${token}, Bearer ${token}`,
      `Bearer ${token} ${token}`,
      `Bearer ${token},${token}`,
      `Bearer  ${token}`,
      token,
      `Basic ${token}`,
      `Bearer ${token}\n`,
      '',
      'Bearer ',
      `Bearer "${token}"`,
      `DPoP ${token}`,
    ]) {
      expect((await refusalOf(identify(header))).message).toBe('The Authorization header is not a bearer token.')
    }
    expect((await refusalOf(identify([`Bearer ${token}`, `Bearer ${token}`]))).code).toBe('UNAUTHENTICATED')
    expect(await identify([`Bearer ${token}`])).toMatchObject({ subject: 'jane' })
  })

  test('a huge token, though its signature is good', async () => {
    await expectRefused(await issuer.token({ filling: 'x'.repeat(9000) }), /longer than 8192/)
  })

  test('malformed base64, and a second spelling of a good one', async () => {
    const token = await issuer.token()
    const [head = '', claims = '', signature = ''] = token.split('.')
    for (const bad of [
      `${head}.${claims}.`,
      `${head}..${signature}`,
      `.${claims}.${signature}`,
      `${token}.`,
      `.${token}`,
      `${token}.${signature}`,
      `${token}A`,
      `${head}.${claims}.${signature}_`,
      'a',
      '...',
      '..',
    ]) {
      await expectRefused(bad)
    }
    const second = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'].find(
      (mark) =>
        mark !== signature.at(-1) && Buffer.from(signature.slice(0, -1) + mark, 'base64url').equals(Buffer.from(signature, 'base64url')),
    )
    expect(second).toBeDefined()
    await expectRefused(token.slice(0, -1) + second)
  })

  test('a header or claims that are not a JSON object of UTF-8', async () => {
    const claims = JSON.stringify(goodClaims(issuer.url))
    for (const text of ['null', '[]', '"x"', '1', '{', '', ' ', '{"alg":"ES256",}', '\ufeff{"alg":"ES256"}']) {
      await expectRefused(await rawToken(text, claims, signer(issuer.key)))
      await expectRefused(await rawToken('{"alg":"ES256","kid":"ES256-1"}', text, signer(issuer.key)))
    }
    const bytes = Buffer.concat([Buffer.from(`${claims.slice(0, -1)},"x":"`), Buffer.from([0xff, 0xfe]), Buffer.from('"}')]).toString(
      'base64url',
    )
    const input = `${base64url('{"alg":"ES256","kid":"ES256-1"}')}.${bytes}`
    await expectRefused(`${input}.${(await signer(issuer.key)(input)).toString('base64url')}`)
  })
})

test('whatever byte of a good token is changed, dropped or added: refused', async () => {
  const tokens = [
    await issuer.token(),
    await other.token({ organisation: 'lambeth' }),
    await rsa.token(),
    await signOperatorToken(hubIssuer, key, ['hub:operate']),
  ]
  for (const token of tokens) expect(await ask(token)).toHaveProperty('subject')
  const mutation = fc.record({
    token: fc.constantFrom(...tokens),
    at: fc.nat(),
    byte: fc.oneof(
      fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/'),
      fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
    ),
    how: fc.constantFrom('change', 'add', 'drop'),
  })
  await fc.assert(
    fc.asyncProperty(mutation, async ({ token, at, byte, how }) => {
      const place = at % token.length
      const mutated = token.slice(0, place) + (how === 'drop' ? '' : byte) + token.slice(how === 'add' ? place : place + 1)
      fc.pre(mutated !== token)
      expect((await refusalOf(ask(mutated))).code).toBe('UNAUTHENTICATED')
    }),
    { numRuns: 2000 },
  )
})
