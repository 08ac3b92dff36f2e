import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import Fastify from 'fastify'
import { buildSchema } from 'graphql'
import { afterEach, beforeEach, expect, test } from 'vitest'
import WebSocket from 'ws'
import { directivesSdl } from '../../src/api/access/directives.js'
import type { Context } from '../../src/api/context.js'
import { Operations } from '../../src/api/operations.js'
import { Results } from '../../src/api/results.js'
import { Clients, operationsMax } from '../../src/http/clients.js'
import { eventStreamRoute } from '../../src/http/subscriptions/event-stream.js'
import { openSockets } from '../../src/http/subscriptions/web-socket.js'
import { guard } from '../../src/net/guard.js'
import { serverLimits } from '../../src/net/limits.js'
import { HubMetrics } from '../../src/telemetry/metrics.js'
import { until } from '../support/processes.js'
import { rawClient } from '../support/raw-client.js'

let server: Server
let close: () => Promise<void>
let url: string
const told: string[] = []
beforeEach(async () => {
  told.length = 0
  const log = { info: () => undefined, error: () => undefined, warn: (_fields: object, message: string) => void told.push(message) }
  const operations = new Operations(buildSchema(`${directivesSdl} type Query { hello: String @public }`), log)
  server = createServer()
  close = openSockets(server, {
    operations,
    contextOf: () => Promise.resolve({ viewer: { scopes: [] }, results: new Results() } as unknown as Context),
    clients: new Clients(),
    telemetry: { metrics: new HubMetrics({ engine: () => ({ running: 0, waiting: 0 }), sources: () => [] }) },
    trustedProxies: [],
    isOrigin: () => true,
    log,
    pingMs: 200,
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`
})
afterEach(async () => {
  await close()
  server.close()
})

/** An acknowledged socket, and the TCP connection below it. */
async function socketOf(): Promise<{ socket: WebSocket; raw: Socket }> {
  const socket = new WebSocket(url, 'graphql-transport-ws')
  socket.on('error', () => undefined)
  await once(socket, 'open')
  socket.send('{"type":"connection_init"}')
  await once(socket, 'message')
  return { socket, raw: (socket as unknown as { _socket: Socket })._socket }
}
const ended = 'sockets were ended, because their clients did not answer a ping'

test('a client that never reads is ended, though it sends pongs that nobody asked for, and pings without end', async () => {
  const { socket, raw } = await socketOf()
  raw.pause()
  const flood = setInterval(() => {
    socket.pong('guess')
    for (let at = 0; at < 1000; at++) socket.send('{"type":"ping"}')
  }, 20)
  await until('it is ended', () => told.includes(ended)).finally(() => clearInterval(flood))
  raw.resume()
  await until('it sees its end', () => socket.readyState === WebSocket.CLOSED)
})

test('a client that reads goes on', async () => {
  const { socket } = await socketOf()
  let pings = 0
  socket.on('ping', () => pings++)
  await until('it has answered many pings', () => pings >= 5)
  expect([socket.readyState, told]).toEqual([WebSocket.OPEN, []])
  socket.close()
})

/** A server of event streams whose one field is larger than all buffers between it and its client. */
async function startStreams() {
  const schema = buildSchema(`${directivesSdl} type Query { much: String @public }`)
  const much = schema.getQueryType()?.getFields()['much']
  if (much === undefined) throw new Error('there is no such field')
  let asked = 0
  much.resolve = () => {
    asked += 1
    return 'x'.repeat(24 * 1024 * 1024)
  }
  const log = { info: () => undefined, error: () => undefined, warn: (_fields: object, message: string) => void told.push(message) }
  const released = new Set<object>()
  const contextOf = () => {
    const results = { release: () => Promise.resolve(released.add(results)) }
    return Promise.resolve({ viewer: { scopes: [] }, results } as unknown as Context)
  }
  const clients = new Clients()
  const app = Fastify()
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))
  guard(app, { log, limits: { ...serverLimits, unreadMs: 200 } })
  eventStreamRoute(app, {
    operations: new Operations(schema, log),
    contextOf,
    clients,
    telemetry: { metrics: new HubMetrics({ engine: () => ({ running: 0, waiting: 0 }), sources: () => [] }) },
  })
  const at = await app.listen({ host: '127.0.0.1', port: 0 })
  return { at, clients, asked: () => asked, released, close: () => app.close() }
}

test('clients of server-sent events that never read are ended, and their operations with them: their places are free again', async () => {
  const streams = await startStreams()
  const body = '{"query":"{ much }"}'
  const head = `POST /graphql/stream HTTP/1.1\r\nhost: hub\r\ncontent-type: application/json\r\naccept: text/event-stream\r\ncontent-length: ${body.length}\r\n\r\n`
  const readers = await Promise.all(Array.from({ length: 3 }, () => rawClient(streams.at, { read: false })))
  for (const { socket } of readers) socket.write(head + body)
  await until('all of them are under way', () => streams.asked() === readers.length)
  // Their places are taken; all that an address may have can enter only once they are free.
  const { signal } = new AbortController()
  const leaves = await Promise.all(
    Array.from({ length: operationsMax.ofAddress }, () => streams.clients.enter({ scopes: [] }, '127.0.0.1', signal)),
  )
  expect(leaves.map((leave) => typeof leave)).toEqual(leaves.map(() => 'function'))
  await until('their results are released', () => streams.released.size === readers.length)
  expect(told.some((message) => message.includes('did not read'))).toBe(true)
  for (const { socket } of readers) socket.destroy()
  await streams.close()
})
