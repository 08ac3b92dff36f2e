import { afterAll, beforeAll, expect, test } from 'vitest'
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
test.each(['hub', 'spoke'] as const)('a %s ends a head that never ends, and a connection that says nothing', async (which) => {
  const clients = await Promise.all([rawClient(urlOf[which]()), rawClient(urlOf[which]())])
  clients[0].socket.write('GET /health HTTP/1.1\r\nHost: a\r\n')
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
