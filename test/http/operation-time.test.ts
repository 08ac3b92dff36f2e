import type { AddressInfo } from 'node:net'
import { ApolloServer } from '@apollo/server'
import Fastify, { type FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Context } from '../../src/api/context.js'
import { Clients } from '../../src/http/clients.js'
import { graphqlHandler } from '../../src/http/graphql-handler.js'
import { HubMetrics } from '../../src/telemetry/metrics.js'

const heeding = ({ query: { signal } }: Context) =>
  new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error((signal.reason as Error).message))))
const server = new ApolloServer<Context>({
  typeDefs: 'type Query { quick: Int, heeding: Int, deaf: Int }',
  resolvers: {
    Query: { quick: () => 1, heeding: (_root, _args, context: Context) => heeding(context), deaf: () => new Promise(() => undefined) },
  },
  stopOnTerminationSignals: false,
})
const metrics = new HubMetrics({ engine: () => ({ running: 0, waiting: 0 }), sources: () => [] })
let app: FastifyInstance
let url: string
beforeAll(async () => {
  await server.start()
  app = Fastify() as unknown as FastifyInstance
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))
  const contextOf = (_authorization: unknown, signal: AbortSignal) =>
    Promise.resolve({ viewer: { scopes: [] }, query: { signal } } as unknown as Context)
  app.post('/graphql', graphqlHandler(server, { contextOf, clients: new Clients(), telemetry: { metrics }, operationMs: 300 }))
  await app.listen({ host: '127.0.0.1', port: 0 })
  url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}/graphql`
})
afterAll(async () => {
  await app.close()
  await server.stop()
})

const ask = async (query: string) => {
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ query }) })
  return [response.status, await response.json()]
}

test('a resolver that stops at the end of an operation’s time is an error of its field; the other fields are answered', async () => {
  expect(await ask('{ quick heeding }')).toMatchObject([
    200,
    { data: { quick: 1, heeding: null }, errors: [{ path: ['heeding'], message: 'The time is over.' }] },
  ])
})

test('a resolver that does not stop is abandoned: the answer states the limit, and the metrics count it', async () => {
  expect(await ask('{ quick deaf }')).toEqual([
    504,
    {
      errors: [
        {
          message: 'The operation took longer than 0.3 s and was abandoned. Ask for less at once.',
          extensions: { code: 'SOURCE_TIMEOUT' },
        },
      ],
    },
  ])
  expect(await metrics.text()).toContain('dials_operation_duration_seconds_count{kind="unknown",outcome="SOURCE_TIMEOUT"} 1')
})
