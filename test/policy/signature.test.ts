import { CompactSign, type CryptoKey, exportJWK, generateKeyPair, type JWK } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import { isSignedBy } from '../../src/policy/signature.js'

const text = '{"id":"one","version":1}'
const algorithms = ['EdDSA', 'ES256', 'RS256', 'PS256'] as const
const pairs = new Map<string, { readonly privateKey: CryptoKey; readonly jwk: JWK }>()
beforeAll(async () => {
  for (const name of [...algorithms, 'stranger', 'ES384']) {
    const { privateKey, publicKey } = await generateKeyPair(name === 'stranger' ? 'EdDSA' : name, { extractable: true })
    pairs.set(name, { privateKey, jwk: { ...(await exportJWK(publicKey)), kid: name } })
  }
})
const pairOf = (name: string) => pairs.get(name) as { privateKey: CryptoKey; jwk: JWK }
const keys = () => ({ keys: algorithms.map((name) => pairOf(name).jwk) })
const sign = (name: string, header: Record<string, unknown> = {}, payload = text) =>
  new CompactSign(Buffer.from(payload))
    .setProtectedHeader(JSON.parse(JSON.stringify({ alg: name, typ: 'agreement+jws', kid: name, ...header })) as { alg: string })
    .sign(pairOf(name).privateKey)
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

describe('a signature under an agreement', () => {
  it.each(algorithms)('by %s holds', async (name) => {
    expect(await isSignedBy(await sign(name), text, keys())).toBe(true)
  })

  it.each<[string, () => Promise<string> | string]>([
    ['of another text', () => sign('EdDSA', {}, `${text} `)],
    ['with another typ', () => sign('EdDSA', { typ: 'JWT' })],
    ['without typ', () => sign('EdDSA', { typ: undefined })],
    ['without kid', () => sign('ES256', { kid: undefined })],
    ['with the kid of another key', () => sign('EdDSA', { kid: 'ES256' })],
    ['with a kid that nobody has', () => sign('EdDSA', { kid: 'nobody' })],
    ['with a key of its own within it', () => sign('EdDSA', { jwk: pairOf('EdDSA').jwk })],
    ['with an address of keys within it', () => sign('EdDSA', { jku: 'https://keys.example' })],
    ['with a header that has to be understood', () => sign('EdDSA', { crit: ['b64'], b64: true })],
    [
      'by an algorithm that is not taken',
      async () =>
        new CompactSign(Buffer.from(text))
          .setProtectedHeader({ alg: 'ES384', typ: 'agreement+jws', kid: 'ES256' })
          .sign(pairOf('ES384').privateKey),
    ],
    [
      'by a stranger under the name of a key',
      () =>
        new CompactSign(Buffer.from(text))
          .setProtectedHeader({ alg: 'EdDSA', typ: 'agreement+jws', kid: 'EdDSA' })
          .sign(pairOf('stranger').privateKey),
    ],
    [
      'by the public key as a secret',
      () =>
        new CompactSign(Buffer.from(text))
          .setProtectedHeader({ alg: 'HS256', typ: 'agreement+jws', kid: 'EdDSA' })
          .sign(Buffer.from(String(pairOf('EdDSA').jwk.x), 'base64url')),
    ],
    ['by nothing', () => `${part({ alg: 'none', typ: 'agreement+jws', kid: 'EdDSA' })}.${Buffer.from(text).toString('base64url')}.`],
    ['that is no JWS', () => 'a.b.c'],
    ['that is empty', () => ''],
    ['that is very long', () => 'a'.repeat(1_000_000)],
  ])('%s does not hold', async (_name, make) => {
    expect(await isSignedBy(await make(), text, keys())).toBe(false)
  })

  it('with any byte changed does not hold', async () => {
    const jws = await sign('ES256')
    for (let at = 0; at < jws.length - 1; at += 3) {
      const changed = `${jws.slice(0, at)}${jws[at] === 'A' ? 'B' : 'A'}${jws.slice(at + 1)}`
      expect([at, await isSignedBy(changed, text, keys())]).toEqual([at, false])
    }
  })
})
