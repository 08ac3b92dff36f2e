import { request } from 'node:http'
import { json } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { serverLimits } from '../../src/net/limits.js'
import { hubOfTwo } from '../support/hub-of-two.js'
import { until } from '../support/processes.js'
import { type RawClient, rawClient } from '../support/raw-client.js'
import { startTestSpoke, type TestSpoke } from '../support/spoke.js'

const held = hubOfTwo()
let spoke: TestSpoke
beforeAll(async () => {
  spoke = await startTestSpoke({ 'places.csv': 'Name\nKilburn\n' })
})
afterAll(() => spoke.remove())

const urlOf = { hub: () => held.hub.url, spoke: () => spoke.url }

// With the limits of production, so the heads take their ten seconds.
test('a hub and a spoke end a head that never ends, and a connection that says nothing', async () => {
  const clients = await Promise.all([urlOf.hub(), urlOf.hub(), urlOf.spoke(), urlOf.spoke()].map((url) => rawClient(url)))
  for (const at of [0, 2]) clients[at]?.socket.write('GET /health HTTP/1.1\r\nHost: a\r\n')
  await Promise.all(clients.map((client) => client.ended()))
})

test.each(['hub', 'spoke'] as const)('a %s closes connections of one address beyond its limit', async (which) => {
  const clients: RawClient[] = []
  const gone = () => clients.filter(({ socket }) => socket.readableEnded || socket.destroyed).length
  try {
    for (let at = 0; at < serverLimits.connectionsOfAddress + 20; at++) clients.push(await rawClient(urlOf[which]()))
    await until('those beyond are closed', () => gone() >= 20)
  } finally {
    for (const { socket } of clients) socket.destroy()
  }
  await until('it answers again', () =>
    fetch(`${urlOf[which]()}/${which === 'hub' ? 'health/live' : 'health'}`).then(
      ({ status }) => status === 200,
      () => false,
    ),
  )
})

test('a socket that is refused is closed, though its client keeps its half open', async () => {
  const client = await rawClient(held.hub.url)
  const upgrade =
    'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n'
  client.socket.write(`GET /elsewhere HTTP/1.1\r\nHost: a\r\n${upgrade}\r\n`)
  expect(await client.ended()).toContain('404 Not Found')
  await until('it is closed', () => {
    client.socket.write('x')
    return client.socket.destroyed
  })
})

describe('what no route takes', () => {
  const long = 'a'.repeat(130)
  const forms = {
    problem: (status: number) => ({ type: 'application/problem+json', body: { type: 'about:blank', status, code: 'BAD_REQUEST' } }),
    graph: () => ({ type: 'application/json', body: { errors: [{ extensions: { code: 'BAD_REQUEST' } }] } }),
    spoke: () => ({ type: 'application/json', body: { code: 'BAD_REQUEST', message: expect.any(String) as string } }),
  }
  const graph = 'GET, POST, HEAD'

  test.each<[method: string, path: string, status: number, allow: string | undefined]>([
    ['PUT', '/query', 405, 'GET, HEAD, POST'],
    ['OPTIONS', '/query', 405, 'GET, HEAD, POST'],
    ['POST', '/tables/x.csv', 405, 'GET, HEAD'],
    ['DELETE', '/query/a/report', 405, 'GET, HEAD'],
    ['PATCH', '/query/a/rows.parquet', 405, 'GET, HEAD'],
    ['DELETE', '/graphql', 405, graph],
    ['PUT', '/graphql/stream?a', 405, graph],
    ['POST', '/', 405, 'GET, HEAD'],
    ['POST', '/graphiql', 405, 'GET, HEAD'],
    ['POST', '/graphiql/start.js', 405, 'GET, HEAD'],
    ['TRACE', '/datasets/a/b', 405, 'GET, HEAD'],
    ['POST', '/health/live', 405, 'GET, HEAD'],
    ['DELETE', '/health/ready', 405, 'GET, HEAD'],
    ['POST', '/.well-known/jwks.json', 405, 'GET, HEAD'],
    // What is hidden has no methods either.
    ['POST', '/metrics', 404, undefined],
    ['GET', '/Query', 404, undefined],
    ['GET', '/query/', 404, undefined],
    ['GET', '/graphql/', 404, undefined],
    ['POST', '/nothing', 404, undefined],
    ['OPTIONS', '/nothing', 404, undefined],
    ['GET', '/graphiql/none.js', 404, undefined],
    ['GET', '/tables', 404, undefined],
    ['PROPFIND', '/query', 501, undefined],
    ['GET', '/tables/%E0%A4%A.csv', 400, undefined],
    ['GET', '/%', 400, undefined],
    ['GET', '/graphql/%ff', 400, undefined],
    ['GET', `/query/${long}/report`, 414, undefined],
    ['GET', `/datasets/a/${long}`, 414, undefined],
  ])('a hub answers %s %s with its own error', async (method, path, status, allow) => {
    const answer = await ask(held.hub.url, method, path)
    const form = /^\/graphql(\/stream)?\/?(\?|$)/.test(path) ? forms.graph() : forms.problem(status)
    expect(answer).toMatchObject({ status, allow, ...form })
  })

  test.each([
    ['POST', '/health', 405, 'GET, HEAD'],
    ['PUT', '/catalogue', 405, 'GET, HEAD'],
    ['POST', '/changes', 405, 'GET, HEAD'],
    ['GET', '/scans', 405, 'POST'],
    ['GET', '/Scans', 404, undefined],
    ['PROPFIND', '/scans', 501, undefined],
    ['GET', '/%E0%A4%A', 400, undefined],
  ])('a spoke answers %s %s with its own error', async (method, path, status, allow) => {
    expect(await ask(spoke.url, method, path)).toMatchObject({ status, allow, ...forms.spoke() })
  })

  test.each([
    ['no HTTP', 'hello\r\n\r\n', 400],
    ['of a method that there is not', 'FOO /query HTTP/1.1\r\nHost: a\r\n\r\n', 400],
    ['of a head that is too large', `GET /query?input=${'a'.repeat(20_000)} HTTP/1.1\r\nHost: a\r\n\r\n`, 431],
  ])('a request that is %s is answered in the form of all errors', async (_what, text, status) => {
    for (const which of ['hub', 'spoke'] as const) {
      const client = await rawClient(urlOf[which]())
      client.socket.write(text)
      const [head = '', body = ''] = (await client.ended()).split('\r\n\r\n')
      const { type, body: members } = which === 'hub' ? forms.problem(status) : forms.spoke()
      expect(head).toContain(`HTTP/1.1 ${status} `)
      expect(head).toContain(`Content-Type: ${type}\r\n`)
      expect(JSON.parse(body)).toMatchObject(members)
    }
  })

  test('an event stream that is asked for as something else is told so', async () => {
    expect(await ask(held.hub.url, 'GET', '/graphql/stream')).toMatchObject({ status: 406, ...forms.graph() })
  })

  test('a wrong method is told before a body is read', async () => {
    const client = await rawClient(held.hub.url)
    client.socket.write('PUT /query HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 1000000000\r\n\r\n')
    await until('it is refused', () => client.received().includes(' 405 '))
    client.socket.destroy()
  })

  test('a body too large, and a type that is none, are problems at a download and errors of the graph at the graph', async () => {
    const post = (path: string, type: string, body: string) =>
      fetch(held.hub.url + path, { method: 'POST', headers: { 'content-type': type }, body })
    for (const path of ['/query', '/graphql']) {
      const form = path === '/query' ? forms.problem : forms.graph
      for (const [type, body, status] of [
        ['application/json', 'x'.repeat(3_000_000), 413],
        ['text/csv', '{}', 415],
        ['nonsense', '{}', 415],
      ] as const) {
        const response = await post(path, type, body)
        expect([response.status, await response.json()]).toMatchObject([status, form(status).body])
      }
    }
  })

  async function ask(url: string, method: string, path: string) {
    return new Promise((resolve, reject) => {
      const { hostname, port } = new URL(url)
      request({ hostname, port, method, path }, (response) => {
        const { 'content-type': type = '', allow } = response.headers
        json(response).then(
          (body) => resolve({ status: response.statusCode, allow, type: type.replace(/;.*/, ''), body }),
          (error: unknown) => reject(error as Error),
        )
      })
        .on('error', reject)
        .end()
    })
  }
})
