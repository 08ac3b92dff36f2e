import { expect, test } from 'vitest'
import { listen } from '../../src/cli/listen.js'
import { spokeServer } from '../../src/spoke/server.js'
import { until } from '../support/processes.js'
import { rawClient } from '../support/raw-client.js'
import { quietLog } from '../support/spoke.js'

test('a request that comes while a server stops is answered in the form of all errors', async () => {
  let release: (revision: string) => void = () => undefined
  let isAsked = false
  const holdings = {
    changes: () => {
      isAsked = true
      return new Promise((resolve) => (release = resolve))
    },
  }
  const verifier = { admit: () => Promise.resolve({ checkOperation: () => undefined }) }
  const server = spokeServer({ spokeId: 'camden', holdings, verifier, issuers: [], log: quietLog } as never)
  const url = await listen(server, { host: '127.0.0.1', port: 0, tls: false, log: quietLog })
  const [first, second] = [await rawClient(url), await rawClient(url)]
  const ask = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`
  first.socket.write(ask('/changes'))
  await until('the first is under way', () => isAsked)
  const closed = server.close()
  second.socket.write(ask('/health'))
  expect(await second.ended()).toMatch(/^HTTP\/1.1 503 [^]*\{"code":"SOURCE_UNAVAILABLE","message":"This server is stopping[^]*\}$/)
  release('a')
  await closed
  expect(await first.ended()).toContain('{"revision":"a"}')
})
