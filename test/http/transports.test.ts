import { fileURLToPath } from 'node:url'
import { MapperKind, mapSchema } from '@graphql-tools/utils'
import type { FastifyInstance } from 'fastify'
import { buildSchema } from 'graphql'
import { createClient } from 'graphql-ws'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import WebSocket from 'ws'
import { directivesSdl } from '../../src/api/access/directives.js'
import type { Context } from '../../src/api/context.js'
import { Operations } from '../../src/api/operations.js'
import { Results } from '../../src/api/results.js'
import { createGraphServer } from '../../src/api/server.js'
import { SourceUnavailable } from '../../src/errors.js'
import { hubServer } from '../../src/http/server.js'
import { HubMetrics } from '../../src/telemetry/metrics.js'

const sdl = `
  scalar JSON
  type Node @public { node: Node, nodes: [Node], id: Int }
  type Query {
    hello(any: JSON): String @public
    fails: String @public
    down: String @public
    staff: String @requiresScopes(scopes: [["staff"]])
    node: Node @public
  }
`
const logged: { message: string; err: unknown }[] = []
const failed = ({ err }: { err?: unknown }, message: string) => {
  logged.push({ message, err })
}
const log = { info: () => undefined, warn: failed, error: failed }
const resolvers: Record<string, () => unknown> = {
  hello: () => 'world',
  staff: () => 'only for staff',
  fails: () => {
    throw new Error('secret reason at /src/x.ts')
  },
  down: () => {
    throw new SourceUnavailable('The spoke camden does not answer.', { cause: new Error('connect to 10.0.0.7') })
  },
}

interface Asked {
  readonly query: string
  readonly variables?: Record<string, unknown>
  readonly operationName?: string
}
interface Answer {
  readonly data?: unknown
  readonly errors?: { message: string; extensions: { code: string } }[]
}
type Ask = (asked: Asked, token?: string) => Promise<Answer>

let app: FastifyInstance
let host: string
const released: string[] = []
beforeAll(async () => {
  const schema = mapSchema(buildSchema(`${directivesSdl}${sdl}`), {
    [MapperKind.OBJECT_FIELD]: (config, name) => ({ ...config, resolve: resolvers[name] ?? (() => null) }),
  })
  const operations = new Operations(schema, log)
  const graph = createGraphServer(operations, log)
  await graph.start()
  app = hubServer({
    graph,
    operations,
    contextOf: (authorization) => {
      const results = new Results()
      const release = results.release.bind(results)
      results.release = () => {
        released.push('')
        return release()
      }
      const viewer = authorization === undefined ? { scopes: [] } : { subject: 'someone', scopes: [] }
      return Promise.resolve({ viewer, results } as unknown as Context)
    },
    notReady: () => Promise.resolve([]),
    mayOperate: () => Promise.resolve(false),
    telemetry: { metrics: new HubMetrics({ engine: () => ({ running: 0, waiting: 0 }), sources: () => [] }) },
    graphqlFolder: fileURLToPath(new URL('../../graphql', import.meta.url)),
    jwks: {},
    log,
  })
  host = (await app.listen({ host: '127.0.0.1', port: 0 })).replace('http://', '')
})
afterAll(() => app.close())
beforeEach(() => {
  logged.length = 0
  released.length = 0
})

const authorization = (token?: string): Record<string, string> => (token === undefined ? {} : { authorization: `Bearer ${token}` })
const search = ({ query, operationName, variables }: Asked) =>
  new URLSearchParams({
    query,
    ...(operationName === undefined ? {} : { operationName }),
    ...(variables === undefined ? {} : { variables: JSON.stringify(variables) }),
  }).toString()
const post = (path: string, asked: Asked, accept: string, token?: string) =>
  fetch(`http://${host}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept, ...authorization(token) },
    body: JSON.stringify(asked),
  })
/** The first event of a stream, or the plain JSON of a refusal. */
const eventOf = async (response: Response): Promise<Answer> => {
  const text = await response.text()
  return JSON.parse(/^data: (\{.*\})$/m.exec(text)?.[1] ?? text) as Answer
}

const transports: readonly (readonly [name: string, ask: Ask])[] = [
  ['POST', async (asked, token) => (await (await post('/graphql', asked, 'application/json', token)).json()) as Answer],
  [
    'GET',
    async (asked, token) => {
      const headers = { accept: 'application/json', ...authorization(token) }
      return (await (await fetch(`http://${host}/graphql?${search(asked)}`, { headers })).json()) as Answer
    },
  ],
  ['server-sent events by POST', async (asked, token) => eventOf(await post('/graphql/stream', asked, 'text/event-stream', token))],
  [
    'server-sent events by GET',
    async (asked, token) => {
      const headers = { accept: 'text/event-stream', ...authorization(token) }
      return eventOf(await fetch(`http://${host}/graphql/stream?${search(asked)}`, { headers }))
    },
  ],
  [
    'WebSocket',
    async (asked, token) => {
      const client = createClient({
        url: `ws://${host}/graphql`,
        webSocketImpl: WebSocket,
        retryAttempts: 0,
        connectionParams: authorization(token),
      })
      const answer = await new Promise<Answer>((resolve) => {
        let last: Answer = {}
        client.subscribe(asked, {
          next: (value) => (last = value as Answer),
          error: (errors) => resolve({ errors: errors as Answer['errors'] & object }),
          complete: () => resolve(last),
        })
      })
      await client.dispose()
      return answer
    },
  ],
]

const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)])
const cases: readonly (readonly [name: string, asked: Asked, code: string, token?: string])[] = [
  ['too many aliases', { query: `{ ${Array.from({ length: 201 }, (_, at) => `a${at}: hello`).join(' ')} }` }, 'QUERY_TOO_COMPLEX'],
  ['a document nested too deeply', { query: `${'{ node '.repeat(70)}${'}'.repeat(70)}` }, 'QUERY_TOO_COMPLEX'],
  ['fields nested too deeply', { query: `{ node ${'{ node '.repeat(20)} { id } ${'}'.repeat(20)} }` }, 'QUERY_TOO_COMPLEX'],
  ['too large an answer', { query: `{ node ${'{ nodes '.repeat(6)} { id } ${'}'.repeat(6)} }` }, 'QUERY_TOO_COMPLEX'],
  [
    'variables nested too deeply',
    { query: 'query ($any: JSON) { hello(any: $any) }', variables: { any: nested(66) } },
    'QUERY_TOO_COMPLEX',
  ],
  ['no GraphQL', { query: '{' }, 'GRAPHQL_PARSE_FAILED'],
  ['an unknown field', { query: '{ nothing }' }, 'GRAPHQL_VALIDATION_FAILED'],
  ['no operation of the name', { query: 'query A { hello }', operationName: 'B' }, 'OPERATION_RESOLUTION_FAILURE'],
  ['several operations and no name', { query: 'query A { hello } query B { hello }' }, 'OPERATION_RESOLUTION_FAILURE'],
  ['a variable that is missing', { query: 'query ($yes: Boolean!) { hello @include(if: $yes) }' }, 'BAD_USER_INPUT'],
  ['a field for a token, without one', { query: '{ staff }' }, 'UNAUTHENTICATED'],
  ['a field for a scope that the token lacks', { query: '{ staff }' }, 'FORBIDDEN', 'someone'],
  ['a resolver that fails', { query: '{ fails }' }, 'INTERNAL_SERVER_ERROR'],
  ['a source that is down', { query: '{ down }' }, 'SOURCE_UNAVAILABLE'],
]

describe.each(transports)('%s', (_transport, ask) => {
  test('answers an operation, and releases its results', async () => {
    expect(await ask({ query: 'query ($any: JSON) { hello(any: $any) }', variables: { any: nested(30) } })).toEqual({
      data: { hello: 'world' },
    })
    await expect.poll(() => released.length).toBeGreaterThan(0)
  })

  test.each(cases.map(([what, ...rest]) => [what, rest] as const))('reports %s', async (_what, [asked, code, token]) => {
    const { data, errors } = await ask(asked, token)
    expect(errors?.map(({ extensions }) => extensions)).toEqual([{ code }])
    expect(errors?.[0]?.message).toMatch(/^[A-Z]/)
    expect(JSON.stringify(errors)).not.toMatch(/secret reason|10\.0\.0\.7|\/src\//)
    expect(JSON.stringify(data ?? null)).not.toContain('only for staff')
  })

  test('logs the private reasons once', async () => {
    await ask({ query: '{ fails down }' })
    expect(logged.map(({ message, err }) => [message, (err as Error).message]).sort()).toEqual([
      ['The spoke camden does not answer.', 'connect to 10.0.0.7'],
      ['an operation failed', 'secret reason at /src/x.ts'],
    ])
  })
})

test('the same error has the same words over every transport', async () => {
  for (const [what, asked, , token] of cases) {
    const messages = await Promise.all(transports.map(async ([, ask]) => (await ask(asked, token)).errors?.[0]?.message))
    expect([what, ...new Set(messages)]).toHaveLength(2)
  }
})
