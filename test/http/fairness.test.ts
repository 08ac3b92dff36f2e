import { fileURLToPath } from 'node:url'
import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { buildSchema } from 'graphql'
import { createClient } from 'graphql-ws'
import { afterEach, beforeEach, expect, test } from 'vitest'
import WebSocket from 'ws'
import { directivesSdl } from '../../src/api/access/directives.js'
import type { Context } from '../../src/api/context.js'
import { Turns, turnsMax } from '../../src/api/limits/turns.js'
import { Operations } from '../../src/api/operations.js'
import { Results } from '../../src/api/results.js'
import { createGraphServer } from '../../src/api/server.js'
import { clientOf, operationsMax, waitingMax } from '../../src/http/clients.js'
import { hubServer } from '../../src/http/server.js'
import type { QueryResult } from '../../src/query/7-result/query-result.js'
import { HubMetrics } from '../../src/telemetry/metrics.js'
import { until } from '../support/processes.js'
import { quietLog } from '../support/spoke.js'

/** A query that runs: whose it is, and how it ends. */
interface Work {
  readonly who: string
  end(): void
}
let begun: Work[]
let app: FastifyInstance
let url: string
const pending: Promise<unknown>[] = []

/** A hub whose queries run until the test ends them; all else is real. */
beforeEach(async () => {
  begun = []
  const turns = new Turns()
  const schema = buildSchema(`${directivesSdl} type Query { work: Int @public }`)
  const fields = schema.getQueryType()?.getFields()
  if (fields?.['work'] === undefined) throw new Error('there is no such field')
  fields['work'].resolve = async (_root, _args, { results, viewer }: Context) => {
    const run = new Promise<QueryResult>((resolve) => {
      const result = { rowCount: 0, release: () => Promise.resolve() } as unknown as QueryResult
      void results
        .run(() => {
          const ended = new Promise<QueryResult>((end) => begun.push({ who: viewer.subject ?? 'anonymous', end: () => end(result) }))
          return ended
        })
        .then(resolve, () => resolve(result))
    })
    return (await run).rowCount
  }
  const operations = new Operations(schema, quietLog)
  const graph = createGraphServer(operations, quietLog)
  await graph.start()
  app = hubServer({
    graph,
    operations,
    contextOf: (authorization, signal, address) => {
      const viewer = authorization === undefined ? { scopes: [] } : { subject: String(authorization[0]), issuer: 'i', scopes: [] }
      const results = new Results((order) => turns.take(clientOf(viewer, address), signal, order))
      return Promise.resolve({ viewer, results } as unknown as Context)
    },
    trustedProxies: ['127.0.0.1'],
    notReady: () => Promise.resolve([]),
    mayOperate: () => Promise.resolve(false),
    telemetry: { metrics: new HubMetrics({ engine: () => ({ running: 0, waiting: 0 }), sources: () => [] }) },
    graphqlFolder: fileURLToPath(new URL('../../graphql', import.meta.url)),
    jwks: {},
    log: quietLog,
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  url = `127.0.0.1:${(app.server.address() as AddressInfo).port}/graphql`
})
afterEach(async () => {
  const ending = setInterval(() => begun.forEach(({ end }) => end()), 10)
  await Promise.all(pending.splice(0))
  clearInterval(ending)
  await app.close()
})

const ask = (from: { address?: string; token?: string; signal?: AbortSignal }, query = '{ work }') => {
  const answer = fetch(`http://${url}`, {
    method: 'POST',
    signal: from.signal ?? null,
    headers: {
      'content-type': 'application/json',
      ...(from.address === undefined ? {} : { 'x-forwarded-for': from.address }),
      ...(from.token === undefined ? {} : { authorization: from.token }),
    },
    body: JSON.stringify({ query }),
  })
  pending.push(answer.catch(() => undefined))
  return answer
}
const many = (count: number, address: (at: number) => string) => {
  const answered: Response[] = []
  for (let at = 0; at < count; at++) void ask({ address: address(at) }).then((response) => answered.push(response))
  return answered
}
const who = () => begun.map((work) => work.who)

/** Operations of one address, and of all, that are taken: under way or waiting. */
const takenOf = { address: operationsMax.ofAddress + waitingMax.ofAddress, anonymous: operationsMax.ofAnonymous + waitingMax.ofAnonymous }

test('80 small queries at once of an office behind one address are all answered, and others have their turns in between', async () => {
  const answered = many(80, () => '9.9.9.9')
  await until('its share runs', () => begun.length === turnsMax.ofAddress)
  const other = ask({ address: '8.8.8.8' })
  await until('another address has its turn', () => begun.length === turnsMax.ofAddress + 1)
  const ending = setInterval(() => begun.forEach(({ end }) => end()), 10)
  await until('all are answered', () => answered.length === 80).finally(() => clearInterval(ending))
  expect(answered.map(({ status }) => status)).toEqual(answered.map(() => 200))
  expect(await Promise.all(answered.map((response) => response.json()))).toEqual(answered.map(() => ({ data: { work: 0 } })))
  expect((await other).status).toBe(200)
})

test('clients that go away while they wait leave their places to others', async () => {
  const gone = new AbortController()
  for (let at = 0; at < takenOf.address; at++) void ask({ address: '9.9.9.9', signal: gone.signal }).catch(() => undefined)
  const status = async () =>
    (await ask({ address: '9.9.9.9', signal: AbortSignal.timeout(100) }, '{ __typename }').catch(() => undefined))?.status
  await until('no more is taken', async () => (await status()) === 429)
  gone.abort()
  begun.forEach(({ end }) => end())
  await until('one more is taken', async () => (await status()) === 200)
})

test('many heavy queries of one anonymous address: its share runs, some wait, and a token’s query runs at once', async () => {
  const answered = many(takenOf.address + 20, () => '9.9.9.9')
  await until('those beyond its share are refused', () => answered.length === 20)
  expect(answered.map(({ status, headers }) => [status, headers.get('retry-after')])).toEqual(answered.map(() => [429, '1']))
  expect(await answered[0]?.json()).toEqual({
    errors: [
      {
        message:
          'More than 160 operations of your address without a token are under way or waiting. Nothing is wrong with this one: ask it again in a moment, or send a token.',
        extensions: { code: 'QUERY_TOO_COMPLEX' },
      },
    ],
  })
  expect(who()).toEqual(Array(turnsMax.ofAddress).fill('anonymous'))

  void ask({ token: 'jane', address: '9.9.9.9' })
  await until('the query of the token runs', () => who().includes('jane'))
  expect(who()).toEqual([...Array<string>(turnsMax.ofAddress).fill('anonymous'), 'jane'])
})

test('many heavy queries of 25 anonymous addresses: all of them have one share, and a token’s query runs at once', async () => {
  const answered = many(takenOf.anonymous + 20, (at) => `9.9.9.${at % 25}`)
  await until('those beyond the share of all are refused', () => answered.length === 20)
  expect(answered.map(({ status }) => status)).toEqual(answered.map(() => 429))
  expect(who()).toEqual(Array(turnsMax.ofAnonymous).fill('anonymous'))

  void ask({ token: 'jane' })
  await until('the query of the token runs', () => who().includes('jane'))
  expect(who().filter((name) => name === 'anonymous')).toHaveLength(turnsMax.ofAnonymous)
})

test('one operation of many heavy aliases takes no more than its client’s share', async () => {
  const aliases = (count: number) => `{ ${Array.from({ length: count }, (_, at) => `a${at}: work`).join(' ')} }`
  void ask({ address: '9.9.9.9' }, aliases(20))
  await until('its share runs', () => begun.length === turnsMax.ofAddress)
  void ask({ address: '8.8.8.8' })
  await until('another address has its turn', () => begun.length === turnsMax.ofAddress + 1)
  void ask({ token: 'jane' }, aliases(20))
  await until('the share of a token runs', () => who().filter((name) => name === 'jane').length === turnsMax.ofToken)
  void ask({ token: 'john' })
  await until('another token has its turn', () => who().includes('john'))
  expect(who().filter((name) => name === 'jane')).toHaveLength(turnsMax.ofToken)
})

test('over a WebSocket and server-sent events it is an error with the same code', async () => {
  const answered = many(takenOf.address + 1, () => '127.0.0.1')
  await until('no more is taken', () => answered.length === 1)
  const client = createClient({ url: `ws://${url}`, webSocketImpl: WebSocket, retryAttempts: 0 })
  const refused = await client
    .iterate({ query: '{ __typename }' })
    .next()
    .catch((thrown: unknown) => thrown)
  expect(JSON.stringify(refused)).toContain('QUERY_TOO_COMPLEX')
  await client.dispose()
  const stream = await fetch(`http://${url}/stream`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ query: '{ __typename }' }),
  })
  expect([stream.status, stream.headers.get('retry-after')]).toEqual([429, '1'])
})
