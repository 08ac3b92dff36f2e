import { generateKeyPairSync } from 'node:crypto'
import { join } from 'node:path'
import { tmpdir } from 'node:os'
import type { JWK } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { parseJwks } from '../../src/cli/hub-keys.js'
import { loadHubKey } from '../../src/identity/hub-key.js'
import { viewerOf } from '../../src/identity/viewer-of.js'
import { weaknessOf } from '../../src/identity/weak-key.js'
import { makeKey, refusalOf, signed, goodClaims, startIssuer, type IssuerKey, type TestIssuer } from '../support/issuer.js'

const rsa = (modulusLength: number, publicExponent: number): { jwk: JWK; key: unknown } => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength, publicExponent })
  return { jwk: publicKey.export({ format: 'jwk' }) as JWK, key: privateKey }
}
const base64url = (value: bigint) => {
  const hex = value.toString(16)
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex').toString('base64url')
}

/** A modulus of 2048 bits as the faulty chips made them: of numbers k·M + (65537^a mod M), M the product of the first 126 primes. */
function rocaModulus(): bigint {
  const primes: bigint[] = []
  for (let at = 2n; primes.length < 126; at++) if (primes.every((prime) => at % prime !== 0n)) primes.push(at)
  const product = primes.reduce((all, prime) => all * prime, 1n)
  const factor = (power: number, k: bigint) => {
    let rest = 1n
    for (let times = 0; times < power; times++) rest = (rest * 65_537n) % product
    return k * product + rest
  }
  const bits = product.toString(2).length
  const k = 2n ** BigInt(1024 - bits) - 3n
  return factor(1234, k) * factor(4321, k - 10n)
}
const strong = rsa(2048, 65_537).jwk

describe('a key of a JWK Set', () => {
  test.each<[string, JWK | Record<string, unknown>, RegExp]>([
    ['RSA with exponent 3', rsa(2048, 3).jwk, /exponent/],
    ['RSA with exponent 1', { ...strong, e: base64url(1n) }, /exponent/],
    ['RSA with an even exponent', { ...strong, e: base64url(65_538n) }, /exponent/],
    ['RSA with an endless exponent', { ...strong, e: base64url(2n ** 300n + 1n) }, /exponent/],
    ['RSA of 1024 bits', rsa(1024, 65_537).jwk, /1024 bits/],
    ['RSA of 2047 bits', { ...strong, n: base64url(2n ** 2047n - 1n) }, /2047 bits/],
    ['RSA of 20,000 bits', { ...strong, n: base64url(2n ** 19_999n + 1n) }, /20000 bits/],
    ['RSA with an even modulus', { ...strong, n: base64url(2n ** 2048n - 2n) }, /even/],
    ['RSA without a modulus', { kty: 'RSA', e: 'AQAB' }, /not a number/],
    ['RSA of the ROCA kind', { ...strong, n: base64url(rocaModulus()) }, /ROCA/],
    ['a symmetric key', { kty: 'oct', k: 'c2VjcmV0' }, /symmetric/],
    ['a private EC key', { kty: 'EC', crv: 'P-256', x: 'x', y: 'y', d: 'd' }, /private/],
    ['a private RSA key', { ...strong, p: 'AQ' }, /private/],
    ['EC on secp256k1', { kty: 'EC', crv: 'secp256k1', x: 'x', y: 'y' }, /curve/],
    ['OKP on X25519', { kty: 'OKP', crv: 'X25519', x: 'x' }, /curve/],
    ['EC on a curve that is a list', { kty: 'EC', crv: ['P-256'], x: 'x', y: 'y' }, /curve/],
    ['an unknown type', { kty: 'constructor' }, /type/],
  ])('%s is refused', (_what, jwk, reason) => expect(weaknessOf(jwk as Record<string, unknown>)).toMatch(reason))

  test('of an accepted kind is taken', async () => {
    for (let at = 0; at < 5; at++) expect(weaknessOf(rsa(2048, 65_537).jwk as Record<string, unknown>)).toBeUndefined()
    for (const alg of ['EdDSA', 'ES256', 'ES384', 'ES512', 'PS256', 'RS256'])
      expect(weaknessOf((await makeKey(alg)).publicJwk as Record<string, unknown>)).toBeUndefined()
  })
})

describe('an issuer with a weak key beside a good one', () => {
  let issuer: TestIssuer
  let ask: (token: string) => Promise<unknown>
  const warnings: [object, string][] = []
  const log = { warn: (fields: object, message: string) => void warnings.push([fields, message]) }
  beforeAll(async () => {
    issuer = await startIssuer()
    const key = await loadHubKey(join(tmpdir(), `seven-dials-weak-key-${process.pid}`, 'hub-key.json'))
    const identify = viewerOf({ issuer: 'https://hub.london.example', key, issuers: [issuer.config], log })
    ask = (token) => identify(`Bearer ${token}`)
  })
  beforeEach(() => void (warnings.length = 0))
  afterAll(() => issuer.close())

  test('has the tokens of the weak one refused and told, and those of the good one taken', async () => {
    const { jwk, key } = rsa(2048, 3)
    const weak = { alg: 'RS256', privateKey: key, publicJwk: { ...jwk, kid: 'weak', alg: 'RS256', use: 'sig' } } as unknown as IssuerKey
    issuer.served = [{ kty: 'oct', k: 'c2VjcmV0', kid: 'shared' }, weak.publicJwk, issuer.key.publicJwk]
    expect(await ask(await issuer.token())).toMatchObject({ subject: 'jane' })
    const error = await refusalOf(ask(await signed(goodClaims(issuer.url), { kid: 'weak', typ: 'at+jwt' }, weak)))
    expect(error.code).toBe('UNAUTHENTICATED')
    expect(warnings).toEqual([
      [
        { issuer: issuer.url, key: 'shared', reason: expect.stringContaining('symmetric') as string },
        'a key of an issuer is refused, and tokens that it signs',
      ],
      [
        { issuer: issuer.url, key: 'weak', reason: expect.stringContaining('exponent') as string },
        'a key of an issuer is refused, and tokens that it signs',
      ],
    ])
  })

  test.each(['jti', 'sub', 'scope', 'iss', 'aud', 'nbf', 'iat', 'exp'])(
    'and a token whose %s is not of its type is refused',
    async (name) => {
      for (const value of [name === 'nbf' || name === 'iat' || name === 'exp' ? '1' : 7, { a: 1 }, [1], [['x']], true, null]) {
        const error = await refusalOf(ask(await issuer.token({ [name]: value })))
        expect(error.code).toBe('UNAUTHENTICATED')
      }
    },
  )

  test('and a token whose kid is not a text is refused', async () => {
    for (const kid of [7, { a: 1 }, ['weak'], null])
      expect((await refusalOf(ask(await issuer.token({}, { kid })))).code).toBe('UNAUTHENTICATED')
  })
})

describe('the keys that a spoke pins', () => {
  const hub = { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' }
  test.each<[string, unknown]>([
    ['RSA', [strong]],
    ['EC', [{ kty: 'EC', crv: 'P-256', x: 'x', y: 'y' }]],
    ['a symmetric key', [{ kty: 'oct', k: 'c2VjcmV0' }]],
    ['a private key', [{ ...hub, d: 'x' }]],
    ['a weak one beside the right one', [hub, strong]],
    ['none', []],
    ['no list', {}],
    ['what is no key', [null]],
  ])('are Ed25519 only: %s is refused', (_what, keys) => {
    expect(() => parseJwks(JSON.stringify({ keys }), 'spoke.yaml')).toThrow(/Ed25519/)
  })
  test('are taken otherwise', () => expect(parseJwks(JSON.stringify({ keys: [hub] }), 'spoke.yaml').keys).toHaveLength(1))
})
