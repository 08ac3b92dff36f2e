import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { buildSchema } from 'graphql'
import { afterEach, beforeEach, expect, test } from 'vitest'
import WebSocket from 'ws'
import { directivesSdl } from '../../src/api/access/directives.js'
import type { Context } from '../../src/api/context.js'
import { Operations } from '../../src/api/operations.js'
import { Results } from '../../src/api/results.js'
import { Clients } from '../../src/http/clients.js'
import { openSockets } from '../../src/http/subscriptions/web-socket.js'
import { HubMetrics } from '../../src/telemetry/metrics.js'
import { until } from '../support/processes.js'

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
