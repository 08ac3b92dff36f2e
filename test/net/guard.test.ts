import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import Fastify, { type FastifyInstance } from 'fastify'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { unpackBodies } from '../../src/http/unpack-bodies.js'
import { guard } from '../../src/net/guard.js'
import { type ServerLimits, serverLimits, timeOptions } from '../../src/net/limits.js'
import { makeAuthority } from '../support/certificates.js'
import { until } from '../support/processes.js'
import { rawClient } from '../support/raw-client.js'

const { cert, key } = makeAuthority().issue('localhost')
const tls = { cert: Buffer.from(cert), key: Buffer.from(key) }

interface Served {
  readonly app: FastifyInstance
  readonly url: string
  readonly told: string[]
  /** Lets the requests to /held end. */
  release(): void
}

const running: FastifyInstance[] = []
const sockets: { destroy(): void }[] = []
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  for (const app of running.splice(0)) {
    app.server.closeAllConnections()
    await app.close()
  }
})

/** A server with these limits. */
async function serve(limits: Partial<ServerLimits>, options: { tls?: boolean; trustedProxies?: string[] } = {}): Promise<Served> {
  const all = { ...serverLimits, checkEveryMs: 20, ...limits }
  const app = Fastify({
    bodyLimit: 1024 * 1024,
    trustProxy: options.trustedProxies ?? [],
    ...timeOptions(options.tls ? tls : undefined, all),
  }) as unknown as FastifyInstance
  const told: string[] = []
  const log = { info: () => undefined, error: () => undefined, warn: (_fields: object, message: string) => void told.push(message) }
  let release = () => {}
  const held = new Promise<void>((resolve) => (release = resolve))
  unpackBodies(app)
  app.post('/echo', (request) => ({ length: JSON.stringify(request.body).length }))
  app.get('/held', () => held.then(() => 'held'))
  app.post('/held', () => held.then(() => 'held'))
  app.get('/endless', (_request, reply) => reply.type('text/plain').send(Readable.from(endless(), { objectMode: false })))
  guard(app, { limits: all, log, trustedProxies: options.trustedProxies ?? [] })
  await app.listen({ host: '127.0.0.1', port: 0 })
  running.push(app)
  return { app, told, release, url: `http${options.tls ? 's' : ''}://127.0.0.1:${(app.server.address() as AddressInfo).port}` }
}

function* endless() {
  for (;;) yield Buffer.alloc(64 * 1024, 'x')
}

const open = async (...args: Parameters<typeof rawClient>) => {
  const client = await rawClient(...args)
  sockets.push(client.socket)
  return client
}
const headOf = (length: number | string, more = '') =>
  `POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n${more}\r\n`
const json = (url: string, body: string, headers: Record<string, string> = {}) =>
  fetch(`${url}/echo`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body })

describe.each([
  ['HTTP', false],
  ['HTTPS', true],
])('a slow client by %s', (_name, isTls) => {
  test('a body of a byte at a time is ended with 408', async () => {
    const { url } = await serve({ headMs: 200, requestMs: 400 }, { tls: isTls })
    const client = await open(url, { tls: isTls })
    client.socket.write(headOf(1000))
    const drip = setInterval(() => client.socket.write(' '), 50)
    expect(await client.ended().finally(() => clearInterval(drip))).toContain('408')
  })

  test('a head that never ends is ended with 408', async () => {
    const { url } = await serve({ headMs: 300, requestMs: 60_000 }, { tls: isTls })
    const client = await open(url, { tls: isTls })
    client.socket.write('GET /echo HTTP/1.1\r\nHost: a\r\n')
    const drip = setInterval(() => client.socket.write('X-A: b\r\n'), 50)
    expect(await client.ended().finally(() => clearInterval(drip))).toContain('408')
  })

  test('a connection that never sends anything is ended', async () => {
    const { url } = await serve({ headMs: 200, requestMs: 400 }, { tls: isTls })
    await (await open(url, { tls: isTls })).ended()
  })

  test('an answer that nobody reads ends its connection, and the log is told', async () => {
    const { url, told } = await serve({ unreadMs: 300 }, { tls: isTls })
    const client = await open(url, { tls: isTls, read: false })
    client.socket.write('GET /endless HTTP/1.1\r\nHost: a\r\n\r\n')
    client.socket.pause()
    await until('the log is told', () => Promise.resolve(told.some((message) => message.includes('did not read'))))
    client.socket.resume()
    await client.ended()
  })

  test('but a request that waits for its answer is not ended', async () => {
    const { url, release } = await serve({ headMs: 100, requestMs: 100, unreadMs: 100, idleMs: 100 }, { tls: isTls })
    const client = await open(url, { tls: isTls })
    client.socket.write('GET /held HTTP/1.1\r\nHost: a\r\n\r\n')
    // Other connections that are late are ended meanwhile, so the clocks have run.
    for (let late = 0; late < 4; late++) await (await open(url, { tls: isTls })).ended()
    expect(client.received()).toBe('')
    release()
    await until('it is answered', () => Promise.resolve(client.received().includes('held')))
  })
})

test('a TLS handshake that never ends is ended', async () => {
  const { url } = await serve({ handshakeMs: 200 }, { tls: true })
  const client = await open(url)
  client.socket.write(Buffer.from([22, 3, 1]))
  await client.ended()
})

describe('connections', () => {
  test('200 of one address: those beyond its limit are closed at once, the others are answered', async () => {
    const { url, told } = await serve({ connectionsOfAddress: 50 })
    const clients = await Promise.all(Array.from({ length: 200 }, () => open(url)))
    const gone = () => clients.filter(({ socket }) => socket.readableEnded || socket.destroyed)
    await until('those beyond are closed', () => gone().length === 150)
    const left = clients.filter((client) => !gone().includes(client))
    for (const { socket } of left) socket.write(`${headOf(2)}{}`)
    await until('the others are answered', () => left.every((client) => client.received().includes('200 OK')))
    expect(told).toEqual(['connections beyond 50 of one address were closed'])
    // Each gives its place back.
    left[0]?.socket.destroy()
    await until('a new one is answered', async () => {
      const next = await open(url)
      next.socket.end(`${headOf(2)}{}`)
      return (await next.ended()).includes('200 OK')
    })
  })

  test('of all addresses beyond the limit are closed at once', async () => {
    const { url, told } = await serve({ connections: 20 })
    const clients = await Promise.all(Array.from({ length: 30 }, () => open(url)))
    await Promise.all(clients.slice(20).map((client) => client.ended()))
    expect(told).toEqual(['connections beyond 20 were closed'])
  })

  test('of a trusted proxy have no limit of one address, but the requests of each address behind it have', async () => {
    const { url, release } = await serve({ connectionsOfAddress: 5, requestsOfAddress: 4 }, { trustedProxies: ['127.0.0.0/8'] })
    const clients = await Promise.all(Array.from({ length: 20 }, () => open(url)))
    clients.forEach(({ socket }, at) => socket.write(`GET /held HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 9.9.9.${at % 4}\r\n\r\n`))
    const refused = () => clients.filter((client) => client.received().includes(' 429 '))
    await until('the fifth of each is refused', () => Promise.resolve(refused().length === 4))
    expect(refused().every((client) => /retry-after: 1/i.test(client.received()))).toBe(true)
    release()
    await until('the others are answered', () =>
      Promise.resolve(clients.filter((client) => client.received().includes(' 200 ')).length === 16),
    )
  })

  test('that are half closed by their client are closed, with their answer if they asked', async () => {
    const { app, url } = await serve({})
    const [silent, asking] = await Promise.all([open(url), open(url)])
    silent.socket.end()
    asking.socket.end(`${headOf(2)}{}`)
    expect(await silent.ended()).toBe('')
    expect(await asking.ended()).toContain('200 OK')
    const connections = () => new Promise<number>((resolve) => app.server.getConnections((_error, count) => resolve(count)))
    await until('none is left', async () => (await connections()) === 0)
  })
})

describe('requests under way', () => {
  test('of all addresses beyond the limit are answered 503, and never hang', async () => {
    const { url, release } = await serve({ requests: 3 }, { trustedProxies: ['127.0.0.1'] })
    const held = [1, 2, 3].map((at) => fetch(`${url}/held`, { headers: { 'x-forwarded-for': `9.9.9.${at}` } }))
    await until('the fourth is refused', async () => {
      const response = await json(url, '{}')
      await response.text()
      return response.status === 503 && response.headers.get('retry-after') === '1'
    })
    release()
    expect((await Promise.all(held)).map(({ status }) => status)).toEqual([200, 200, 200])
    await until('there is room again', async () => (await json(url, '{}')).ok)
  })

  test('of one network of IPv6 count together', async () => {
    const { url, release } = await serve({ requestsOfAddress: 2 }, { trustedProxies: ['127.0.0.1'] })
    const held = [1, 2].map((at) => fetch(`${url}/held`, { headers: { 'x-forwarded-for': `2001:db8::${at}` } }))
    await until('a third address of it is refused', async () => {
      const response = await json(url, '{}', { 'x-forwarded-for': '2001:DB8:0:0:ffff::3' })
      await response.text()
      return response.status === 429
    })
    expect((await json(url, '{}', { 'x-forwarded-for': '2001:db8:0:1::3' })).status).toBe(200)
    release()
    await Promise.all(held)
  })
})

describe('bytes of bodies under way', () => {
  const body = (bytes: number) => JSON.stringify('x'.repeat(bytes - 2))

  test('many slow bodies of one address are answered 429 beyond its share, and others are read', async () => {
    const { url, told } = await serve({ bodyBytesOfAddress: 500_000, requestsOfAddress: 100 }, { trustedProxies: ['127.0.0.1'] })
    const clients = await Promise.all(Array.from({ length: 20 }, () => open(url)))
    for (const { socket } of clients) socket.write(`${headOf(200_000, 'X-Forwarded-For: 9.9.9.9\r\n')}"${'x'.repeat(100_000)}`)
    const refused = () => clients.filter((client) => client.received().includes(' 429 ')).length
    await until('those beyond are refused', () => Promise.resolve(refused() >= 15))
    expect((await json(url, body(100_000), { 'x-forwarded-for': '8.8.8.8' })).status).toBe(200)
    expect(told).toEqual(['bytes of bodies beyond the limit of one address were refused'])
    for (const { socket } of clients) socket.destroy()
    await until('its share is free again', async () => (await json(url, body(400_000), { 'x-forwarded-for': '9.9.9.9' })).ok)
  })

  test('beyond the limit of all are answered 503', async () => {
    const { url, release } = await serve({ bodyBytes: 100_000 })
    const held = fetch(`${url}/held`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: body(90_000) })
    await until('another is refused', async () => (await json(url, body(20_000))).status === 503)
    release()
    await held
    expect((await json(url, body(90_000))).status).toBe(200)
  })

  test('count unpacked: a bomb of gzip is refused, also one that never ends', async () => {
    const { url } = await serve({ bodyBytesOfAddress: 100_000 })
    const bomb = gzipSync(Buffer.alloc(900_000, 0x20))
    expect(
      (
        await fetch(`${url}/echo`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
          body: bomb,
        })
      ).status,
    ).toBe(429)
    const client = await open(url)
    client.socket.write(headOf(bomb.length + 10, 'Content-Encoding: gzip\r\n'))
    client.socket.write(bomb)
    await until('it is refused before its end', () => Promise.resolve(client.received().includes(' 429 ')))
    await client.ended()
  })

  test('a slow body of gzip is ended like any other', async () => {
    const { url } = await serve({ headMs: 200, requestMs: 400 })
    const client = await open(url)
    const packed = gzipSync(Buffer.from(body(5000)))
    client.socket.write(headOf(packed.length, 'Content-Encoding: gzip\r\n'))
    client.socket.write(packed.subarray(0, 12))
    expect(await client.ended()).toContain('408')
  })

  test('of clients that go away, or send more than a body may have, come back', async () => {
    const { url } = await serve({ bodyBytesOfAddress: 3_000_000 })
    for (let time = 0; time < 10; time++) {
      const [leaving, endless] = await Promise.all([open(url), open(url)])
      leaving.socket.write(`${headOf(900_000)}"${'x'.repeat(500_000)}`)
      endless.socket.write('POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n')
      endless.socket.write(`200000\r\n${'x'.repeat(0x200000)}\r\n`)
      await until('the endless one is refused', () => endless.received().includes(' 413 '))
      leaving.socket.destroy()
      endless.socket.destroy()
    }
    await until('all of it is free', () => json(url, body(900_000)).then(({ ok }) => ok))
    const all = await Promise.all([1, 2, 3].map(() => json(url, body(900_000))))
    expect(all.map(({ status }) => status)).toEqual([200, 200, 200])
  })

  test('but a large body within all limits is read, plain and packed', async () => {
    const { url } = await serve({})
    expect(await (await json(url, body(900_000))).json()).toEqual({ length: 900_000 })
    const packed = { method: 'POST', headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' } }
    expect(await (await fetch(`${url}/echo`, { ...packed, body: gzipSync(body(900_000)) })).json()).toEqual({ length: 900_000 })
    expect((await json(url, body(1_100_000))).status).toBe(413)
  })
})

test('an attack does not fill the log', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout'] })
  try {
    const { toldSeldom } = await import('../../src/net/told-seldom.js')
    const warn = vi.fn()
    const tell = toldSeldom({ info: vi.fn(), error: vi.fn(), warn }, 1000)
    for (let time = 0; time < 500; time++) tell('refused')
    vi.advanceTimersByTime(1000)
    vi.advanceTimersByTime(1000)
    tell('refused')
    expect(warn.mock.calls).toEqual([
      [{ times: 1 }, 'refused'],
      [{ times: 499 }, 'refused'],
      [{ times: 1 }, 'refused'],
    ])
  } finally {
    vi.useRealTimers()
  }
})
