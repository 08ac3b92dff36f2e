import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { loadHubKey } from '../../src/identity/hub-key.js'
import type { KeyTimes } from '../../src/identity/issuer-keys.js'
import { viewerOf } from '../../src/identity/viewer-of.js'
import { makeAuthority } from '../support/certificates.js'
import { makeKey, refusalOf, startIssuer, type TestIssuer } from '../support/issuer.js'
import { patienceMs } from '../support/patience.js'

let issuer: TestIssuer
const warnings: [Record<string, unknown>, string][] = []
const log = { warn: (fields: object, message: string) => void warnings.push([fields as Record<string, unknown>, message]) }
const key = await loadHubKey(join(tmpdir(), `seven-dials-issuer-keys-${process.pid}`, 'hub-key.json'))
const identify = (times: KeyTimes) => {
  const asked = viewerOf({ issuer: 'https://hub.london.example', key, issuers: [issuer.config], log, times })
  return async (token: string) => asked(`Bearer ${token}`)
}
/** Moves the clock by which keys are kept. */
const later = (ms: number) => vi.setSystemTime(Date.now() + ms)
const unreadable = /keys of the token’s issuer cannot be read/

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
  issuer = await startIssuer()
  warnings.length = 0
})
afterEach(async () => {
  vi.useRealTimers()
  await issuer.close()
})

describe('the keys of an issuer', () => {
  test('are read when first wanted, once for many requests', async () => {
    const ask = identify({})
    expect(issuer.reads).toBe(0)
    const token = await issuer.token()
    await Promise.all(Array.from({ length: 20 }, () => ask(token)))
    await ask(token)
    expect(issuer.reads).toBe(1)
  })

  test('rotate: a new key is taken within the cool-down, with no restart', async () => {
    const ask = identify({ cooldownMs: 200 })
    await ask(await issuer.token())
    const next = await makeKey('ES256', 'ES256-2')
    issuer.served = [...issuer.served, next.publicJwk]
    const token = await issuer.token({}, {}, next)
    expect((await refusalOf(ask(token))).code).toBe('UNAUTHENTICATED')
    later(220)
    expect(await ask(token)).toMatchObject({ subject: 'jane' })
    expect(await ask(await issuer.token())).toMatchObject({ subject: 'jane' })
    expect(issuer.reads).toBe(2)
  })

  test('rotate: a key that the issuer has removed is refused when the cache ends', async () => {
    const ask = identify({ cacheMs: 200 })
    const token = await issuer.token()
    await ask(token)
    issuer.served = [(await makeKey('ES256', 'ES256-2')).publicJwk]
    expect(await ask(token)).toMatchObject({ subject: 'jane' })
    later(220)
    expect((await refusalOf(ask(token))).code).toBe('UNAUTHENTICATED')
  })

  test('a removed key that came back under its old name with another value is another key', async () => {
    const ask = identify({ cacheMs: 100 })
    const token = await issuer.token()
    await ask(token)
    issuer.served = [(await makeKey('ES256', 'ES256-1')).publicJwk]
    later(120)
    expect((await refusalOf(ask(token))).code).toBe('UNAUTHENTICATED')
  })

  test('a flood of unknown keys makes one read in a cool-down', async () => {
    const ask = identify({ cooldownMs: 60_000 })
    await ask(await issuer.token())
    await Promise.all(Array.from({ length: 50 }, async (_, index) => refusalOf(ask(await issuer.token({}, { kid: `unknown-${index}` })))))
    expect(issuer.reads).toBe(1)
  })

  test('a token without kid where several keys fit is refused', async () => {
    issuer.served = [...issuer.served, (await makeKey('ES256', 'ES256-2')).publicJwk]
    const error = await refusalOf(identify({})(await issuer.token({}, { kid: undefined })))
    expect(error.message).toMatch(/not valid/)
    expect(warnings).toEqual([])
  })

  test('a key for another use or another algorithm does not fit', async () => {
    const { publicJwk } = issuer.key
    for (const wrong of [{ use: 'enc' }, { alg: 'ES384' }, { key_ops: ['sign'] }]) {
      issuer.served = [{ ...publicJwk, ...wrong }]
      expect((await refusalOf(identify({})(await issuer.token()))).code).toBe('UNAUTHENTICATED')
    }
  })
})

describe('keys that cannot be read', () => {
  const answers: [string, NonNullable<TestIssuer['answer']>, RegExp][] = [
    ['an error', (_request, response) => response.writeHead(500).end('down'), /status is 500/],
    ['not JSON', (_request, response) => response.end('<html>'), /JSON/],
    ['not a set', (_request, response) => response.end('{"keys":"none"}'), /JSON Web Key Set/],
    [
      'more than 256 kB',
      (_request, response) => response.end(JSON.stringify({ keys: [], filling: 'x'.repeat(300_000) })),
      /larger than 262144 bytes/,
    ],
    ['nothing, for ever', () => undefined, /timeout/i],
    ['half of it, for ever', (_request, response) => void response.write('{"keys":['), /timeout|abort/i],
    ['a closed connection', (request) => request.socket.destroy(), /socket hang up/],
  ]

  test.each(answers)('%s: refused, told as such, and warned of without the token', async (name, answer, reason) => {
    issuer.answer = answer
    const token = await issuer.token()
    const error = await refusalOf(identify({ timeoutMs: /for ever/.test(name) ? 200 : patienceMs })(token))
    expect(error.code).toBe('UNAUTHENTICATED')
    expect(error.message).toMatch(unreadable)
    expect(warnings).toEqual([
      [
        { issuer: issuer.url, err: expect.objectContaining({ message: expect.stringMatching(reason) as string }) },
        'the keys of an issuer cannot be read: its tokens are refused',
      ],
    ])
    for (const part of token.split('.')) expect(JSON.stringify(warnings) + String(error.cause)).not.toContain(part)
  })

  test('a redirection is not followed', async () => {
    const elsewhere = await startIssuer()
    elsewhere.served = issuer.served
    issuer.answer = (_request, response) => response.writeHead(302, { location: `${elsewhere.url}/jwks` }).end()
    expect((await refusalOf(identify({})(await issuer.token()))).message).toMatch(unreadable)
    expect(elsewhere.reads).toBe(0)
    await elsewhere.close()
  })

  test('are asked for again after a moment, not at every request; then tokens are taken', async () => {
    const ask = identify({ retryMs: 300 })
    issuer.answer = (_request, response) => response.writeHead(503).end()
    const token = await issuer.token()
    for (let index = 0; index < 10; index++) expect((await refusalOf(ask(token))).message).toMatch(unreadable)
    expect([issuer.reads, warnings.length]).toEqual([1, 1])
    issuer.answer = undefined
    later(320)
    expect(await ask(token)).toMatchObject({ subject: 'jane' })
  })

  test('do not shut out tokens of keys that are known, and an issuer that is down shuts out no other', async () => {
    const other = await startIssuer()
    const asked = viewerOf({
      issuer: 'https://hub.london.example',
      key,
      issuers: [issuer.config, other.config],
      log,
      times: { cooldownMs: 0 },
    })
    const token = await issuer.token()
    await asked(`Bearer ${token}`)
    issuer.answer = (_request, response) => response.writeHead(503).end()
    expect((await refusalOf(asked(`Bearer ${await issuer.token({}, { kid: 'unknown' })}`))).message).toMatch(unreadable)
    expect(await asked(`Bearer ${token}`)).toMatchObject({ subject: 'jane' })
    expect(await asked(`Bearer ${await other.token()}`)).toMatchObject({ issuer: other.url })
    await other.close()
  })

  test('are not kept beyond the cache: it fails closed', async () => {
    const ask = identify({ cacheMs: 100 })
    const token = await issuer.token()
    await ask(token)
    await issuer.close()
    expect(await ask(token)).toMatchObject({ subject: 'jane' })
    later(120)
    expect((await refusalOf(ask(token))).message).toMatch(unreadable)
  })
})

describe('the keys of an issuer whose certificate a private authority issued', () => {
  const authority = makeAuthority()
  const ask = async (ca: string | undefined, certificate = authority.issue('localhost')) => {
    const server = createServer(certificate, (_, response) => response.end(JSON.stringify({ keys: issuer.served })))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const jwks = `https://localhost:${(server.address() as AddressInfo).port}/keys`
    const issuers = [{ ...issuer.config, jwks, ...(ca === undefined ? {} : { ca }) }]
    const asked = viewerOf({ issuer: 'https://hub.london.example', key, issuers, log })
    return asked(`Bearer ${await issuer.token()}`).finally(() => server.close())
  }

  test('are read where the configuration names it', async () => {
    expect(await ask(authority.ca)).toMatchObject({ subject: 'jane' })
  })

  test.each([
    ['no authority is named', undefined, undefined],
    ['another authority is named', makeAuthority('Another').ca, undefined],
    ['the certificate is for another host', authority.ca, authority.issue('elsewhere.example')],
    ['what is named is no certificate', 'no certificate', undefined],
  ])('are not read where %s: its tokens are refused, and the log says why', async (_, ca, certificate) => {
    expect((await refusalOf(ask(ca, certificate))).message).toMatch(unreadable)
    expect(warnings).toEqual([[{ issuer: issuer.url, err: expect.any(Error) as unknown }, expect.stringContaining('cannot be read')]])
  })
})
