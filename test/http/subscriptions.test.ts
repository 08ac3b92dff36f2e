import type { AddressInfo } from 'node:net'
import { MapperKind, mapSchema } from '@graphql-tools/utils'
import Fastify, { type FastifyInstance } from 'fastify'
import { buildSchema } from 'graphql'
import { createClient as createSseClient } from 'graphql-sse'
import { type Client, createClient } from 'graphql-ws'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import WebSocket from 'ws'
import { directivesSdl } from '../../src/api/access/directives.js'
import type { Context } from '../../src/api/context.js'
import { Operations } from '../../src/api/operations.js'
import { Results } from '../../src/api/results.js'
import { DialsError } from '../../src/errors.js'
import { Clients } from '../../src/http/clients.js'
import { isAllowed } from '../../src/http/cross-origin.js'
import { eventStreamRoute } from '../../src/http/subscriptions/event-stream.js'
import { openSockets } from '../../src/http/subscriptions/web-socket.js'
import { HubMetrics } from '../../src/telemetry/metrics.js'

const sdl = `
  type Query { hello: String @public, inner: String @public }
  type Mutation { noop: String @public }
  type Subscription { ticks: Int @public, staff: Int @requiresScopes(scopes: [["staff"]]) }
`
const logged: object[] = []
const log = {
  info: (fields: object, message: string) => {
    logged.push({ ...fields, message })
  },
  warn: () => undefined,
  error: () => undefined,
}
let started = 0
let ended = 0
let released = 0

/** Ticks without end; counts the streams that were begun and ended. */
async function* ticking() {
  started++
  try {
    for (let at = 0; ; at++) {
      yield { ticks: at, staff: at }
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  } finally {
    ended++
  }
}

class CountedResults extends Results {
  override release(): Promise<void> {
    released++
    return super.release()
  }
}

const tokens: Record<string, { scopes: string[]; expiresAt?: () => number }> = {
  staff: { scopes: ['staff'] },
  short: { scopes: [], expiresAt: () => Date.now() / 1000 + 0.4 },
}

async function contextOf(authorization: readonly string[] | undefined): Promise<Context> {
  const name = authorization?.[0]?.replace(/^Bearer /, '')
  const token = name === undefined ? undefined : tokens[name]
  if (name !== undefined && token === undefined)
    throw new DialsError('UNAUTHENTICATED', 'The token is not valid at this hub, or has expired.')
  const expiresAt = token?.expiresAt?.()
  const viewer = { scopes: token?.scopes ?? [], ...(token ? { subject: 's' } : {}), ...(expiresAt === undefined ? {} : { expiresAt }) }
  return Promise.resolve({ viewer, results: new CountedResults() } as unknown as Context)
}

const metrics = new HubMetrics({ engine: () => ({ running: 0, waiting: 0 }), sources: () => [] })
let app: FastifyInstance
let closeSockets: () => Promise<void>
let url: string
const clients: Client[] = []
beforeAll(async () => {
  const schema = mapSchema(buildSchema(`${directivesSdl}${sdl}`), {
    [MapperKind.OBJECT_FIELD]: (config, name, type) => {
      if (type === 'Subscription') return { ...config, subscribe: () => ticking() }
      return {
        ...config,
        resolve: () => {
          if (name === 'inner') throw new Error('secret reason at /src/x.ts')
          return 'world'
        },
      }
    },
  })
  const operations = new Operations(schema, log)
  app = Fastify() as unknown as FastifyInstance
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))
  const shared = { operations, contextOf, clients: new Clients(300), telemetry: { metrics } }
  eventStreamRoute(app, shared)
  closeSockets = openSockets(app.server, {
    ...shared,
    log,
    trustedProxies: ['127.0.0.1'],
    isOrigin: (origin, host) => isAllowed(origin, host, ['https://dashboards.example']),
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  url = `127.0.0.1:${(app.server.address() as AddressInfo).port}`
})
afterEach(async () => {
  for (const client of clients.splice(0)) await client.dispose()
})
afterAll(async () => {
  await closeSockets()
  await app.close()
})

function client(token?: string): Client {
  const made = createClient({
    url: `ws://${url}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    lazy: true,
    ...(token === undefined ? {} : { connectionParams: { authorization: `Bearer ${token}` } }),
  })
  clients.push(made)
  return made
}

async function gather<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = []
  for await (const item of items) all.push(item)
  return all
}

/** Waits for a count that only grows; it may include streams of earlier tests. */
const settled = async (count: () => number, wanted: number) => {
  while (count() < wanted) await new Promise((resolve) => setTimeout(resolve, 5))
}

describe('over a WebSocket', () => {
  test('a subscription ends when its client stops, and its source is stopped', async () => {
    const [begun, over] = [started, ended]
    const seen: unknown[] = []
    for await (const { data } of client().iterate({ query: 'subscription { ticks }' })) {
      seen.push(data?.['ticks'])
      if (seen.length === 3) break
    }
    expect(seen).toEqual([0, 1, 2])
    expect(started).toBe(begun + 1)
    await settled(() => ended, over + 1)
  })

  test('a query and a mutation are answered under the same rules', async () => {
    const before = released
    const [answer] = await gather(client().iterate({ query: '{ hello inner }' }))
    expect(answer).toEqual({
      data: { hello: 'world', inner: null },
      errors: [
        {
          message: 'Something went wrong on our side. The reason is in the log.',
          locations: [{ line: 1, column: 9 }],
          path: ['inner'],
          extensions: { code: 'INTERNAL_SERVER_ERROR' },
        },
      ],
    })
    await settled(() => released, before + 1)
  })

  test.each([
    ['a scope that it lacks', undefined, 'subscription { staff }', 'UNAUTHENTICATED'],
    ['a limit', undefined, `{ ${'a: hello '.repeat(600)} }`, 'QUERY_TOO_COMPLEX'],
    ['a field that is not there', undefined, '{ nothing }', 'GRAPHQL_VALIDATION_FAILED'],
    ['text that is not GraphQL', undefined, '{', 'GRAPHQL_PARSE_FAILED'],
    ['no operation of that name', undefined, 'query A { hello } query B { hello }', 'OPERATION_RESOLUTION_FAILURE'],
    ['a variable of another type', undefined, 'query ($yes: Boolean!) { hello @include(if: $yes) }', 'BAD_USER_INPUT'],
  ])('refuses for %s', async (_what, token, query, code) => {
    const begun = started
    const told = await gather(client(token).iterate({ query })).catch((thrown: unknown) => thrown)
    expect(JSON.stringify(told)).toContain(`"code":"${code}"`)
    expect(started).toBe(begun)
  })

  test('a token gives its rights, and an invalid one closes the socket with 4401', async () => {
    for await (const { data } of client('staff').iterate({ query: 'subscription { staff }' })) {
      expect(data).toEqual({ staff: 0 })
      break
    }
    await expect(gather(client('forged').iterate({ query: '{ hello }' }))).rejects.toMatchObject({ code: 4401 })
  })

  test('a token that expires closes the open socket with 4401, and ends its operations', async () => {
    const over = ended
    await expect(gather(client('short').iterate({ query: 'subscription { ticks }' }))).rejects.toMatchObject({
      code: 4401,
      reason: 'The token has expired.',
    })
    await settled(() => ended, over + 1)
  })

  test.each([
    ['a page of another site', { origin: 'https://evil.example' }, '/graphql', 403],
    ['another path', {}, '/elsewhere', 404],
  ])('is not opened by %s', async (_what, headers, path, status) => {
    const socket = new WebSocket(`ws://${url}${path}`, 'graphql-transport-ws', { headers })
    const answered = await new Promise((resolve) => {
      socket.on('unexpected-response', (_request, response) => resolve(response.statusCode))
      socket.on('error', () => undefined)
    })
    expect(answered).toBe(status)
  })

  test('is opened by a page of a configured origin, and of the hub itself', async () => {
    for (const origin of ['https://dashboards.example', `http://${url}`]) {
      const socket = new WebSocket(`ws://${url}/graphql`, 'graphql-transport-ws', { origin })
      await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
      socket.close()
    }
  })

  test.each([
    ['text that is not a message', 'nonsense', 4400],
    [
      'a message nested without end',
      `{"type":"subscribe","id":"1","payload":{"query":"{ hello }","variables":{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}}}`,
      4400,
    ],
    ['a message larger than any of ours', 'x'.repeat(300 * 1024), 1009],
    ['an operation before the connection is acknowledged', '{"type":"subscribe","id":"1","payload":{"query":"{ hello }"}}', 4401],
  ])('is closed after %s', async (_what, message, code) => {
    const socket = new WebSocket(`ws://${url}/graphql`, 'graphql-transport-ws')
    const closed = new Promise((resolve) => socket.once('close', resolve))
    await new Promise((resolve) => socket.once('open', resolve))
    socket.send(message)
    expect(await closed).toBe(code)
  })

  test('no address can hold more than 32 open', async () => {
    const sockets = Array.from({ length: 33 }, () => new WebSocket(`ws://${url}/graphql`, 'graphql-transport-ws'))
    const outcomes = await Promise.all(
      sockets.map(
        (socket) =>
          new Promise((resolve) => {
            socket
              .on('open', () => resolve('open'))
              .on('unexpected-response', (_request, response) => resolve(response.statusCode))
              .on('error', () => undefined)
          }),
      ),
    )
    expect(outcomes.filter((outcome) => outcome === 'open')).toHaveLength(32)
    expect(outcomes.filter((outcome) => outcome === 429)).toHaveLength(1)
    await Promise.all(
      sockets.map(
        (socket) =>
          new Promise((resolve) => {
            if (socket.readyState === WebSocket.CLOSED) resolve(undefined)
            else {
              socket.once('close', resolve)
              socket.close()
            }
          }),
      ),
    )
  })
})

describe('over server-sent events', () => {
  const sse = (token?: string) =>
    createSseClient({
      url: `http://${url}/graphql/stream`,
      retryAttempts: 0,
      ...(token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }),
    })

  test('a subscription ends when its client stops, and its source is stopped', async () => {
    const over = ended
    const seen: unknown[] = []
    for await (const { data } of sse().iterate({ query: 'subscription { ticks }' })) {
      seen.push(data?.['ticks'])
      if (seen.length === 3) break
    }
    expect(seen).toEqual([0, 1, 2])
    await settled(() => ended, over + 1)
  })

  test('the same rules hold: scopes, limits, errors', async () => {
    const ask = async (query: string) => {
      const response = await fetch(`http://${url}/graphql/stream`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
        body: JSON.stringify({ query }),
      })
      return response.text()
    }
    expect(await ask('subscription { staff }')).toContain('UNAUTHENTICATED')
    expect(await ask(`{ ${'a: hello '.repeat(600)} }`)).toContain('QUERY_TOO_COMPLEX')
    expect(await ask('{ nothing }')).toContain('GRAPHQL_VALIDATION_FAILED')
    const failed = await ask('{ hello inner }')
    expect(failed).toContain('INTERNAL_SERVER_ERROR')
    expect(failed).not.toContain('secret reason')
  })

  test('a token that expires ends the open stream', async () => {
    const over = ended
    const response = await fetch(`http://${url}/graphql/stream`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream', authorization: 'Bearer short' },
      body: JSON.stringify({ query: 'subscription { ticks }' }),
    })
    expect(await response.text()).toContain('"ticks":0')
    await settled(() => ended, over + 1)
  })

  test('an invalid token and a form of another site begin nothing', async () => {
    const begun = started
    const ask = (headers: Record<string, string>) =>
      fetch(`http://${url}/graphql/stream`, {
        method: 'POST',
        headers: { accept: 'text/event-stream', ...headers },
        body: JSON.stringify({ query: 'subscription { ticks }' }),
      })
    expect((await ask({ 'content-type': 'application/json', authorization: 'Bearer forged' })).status).toBe(401)
    expect((await ask({ 'content-type': 'text/plain' })).status).toBe(415)
    expect(started).toBe(begun)
  })
})

describe('operations over streams', () => {
  const outcomes = async () =>
    Object.fromEntries(
      [...(await metrics.text()).matchAll(/^dials_operation_duration_seconds_count\{kind="(\w+)",outcome="(\w+)"\} (\d+)$/gm)].map(
        ([, kind, outcome, count]) => [`${kind} ${outcome}`, Number(count)],
      ),
    )

  test('are in the metrics: kinds, outcomes, refusals', async () => {
    const before = await outcomes()
    const stream = (query: string) =>
      fetch(`http://${url}/graphql/stream`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
        body: JSON.stringify({ query }),
      }).then((response) => response.text())
    for (const query of ['{ hello }', '{ inner }', '{ nothing }']) await gather(client().iterate({ query })).catch(() => undefined)
    for (const query of ['{ hello }', '{ inner }', '{ nothing }']) await stream(query)
    for await (const _tick of client().iterate({ query: 'subscription { ticks }' })) break
    const more = async () => Object.fromEntries(Object.entries(await outcomes()).map(([key, count]) => [key, count - (before[key] ?? 0)]))
    await expect
      .poll(more)
      .toMatchObject({ 'query OK': 2, 'query INTERNAL_SERVER_ERROR': 2, 'unknown GRAPHQL_VALIDATION_FAILED': 2, 'subscription OK': 1 })
  })

  test('have a log line each, with an id and nothing of the query', async () => {
    logged.length = 0
    await gather(client('staff').iterate({ query: 'query Kilburn { inner }' })).catch(() => undefined)
    await expect
      .poll(() => logged)
      .toEqual([
        {
          request: expect.stringMatching(/^[\da-f-]{36}$/) as string,
          method: 'WS',
          kind: 'query',
          codes: ['INTERNAL_SERVER_ERROR'],
          authenticated: true,
          durationMs: expect.any(Number) as number,
          message: 'request',
        },
      ])
  })

  test('of an address without a token are at most 32 over all transports, others wait in vain; another address has its own', async () => {
    const gone = new AbortController()
    const stream = () =>
      fetch(`http://${url}/graphql/stream`, {
        method: 'POST',
        signal: gone.signal,
        headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
        body: JSON.stringify({ query: 'subscription { ticks }' }),
      })
    const held = await Promise.all(Array.from({ length: 32 }, stream))
    expect(held.map(({ status }) => status)).toEqual(held.map(() => 200))
    expect((await stream()).status).toBe(429)
    const refused = await gather(client().iterate({ query: '{ hello }' })).catch((thrown: unknown) => thrown)
    expect(JSON.stringify(refused)).toContain('this one waited 0.3 s for its place')

    class Elsewhere extends WebSocket {
      constructor(address: string, protocols: string[]) {
        super(address, protocols, { headers: { 'x-forwarded-for': '192.0.2.7' } })
      }
    }
    const elsewhere = createClient({ url: `ws://${url}/graphql`, webSocketImpl: Elsewhere, retryAttempts: 0 })
    clients.push(elsewhere)
    expect(await gather(elsewhere.iterate({ query: '{ hello }' }))).toEqual([{ data: { hello: 'world' } }])
    gone.abort()
    await expect
      .poll(async () => gather(client().iterate({ query: '{ hello }' })).catch(() => undefined))
      .toEqual([{ data: { hello: 'world' } }])
  })
})
