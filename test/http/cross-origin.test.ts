import { describe, expect, test } from 'vitest'
import { isAllowed, preflightRefusal } from '../../src/http/cross-origin.js'
import { hubOfTwo } from '../support/hub-of-two.js'
import { twoSpokes } from '../support/workspace.js'

const held = hubOfTwo({
  'hub.yaml': `${twoSpokes['hub.yaml']}cors: { origins: ['https://dashboards.example'] }\ntrustedProxies: ['10.0.0.0/8']\n`,
})

const preflight = (origin: string) =>
  fetch(`${held.hub.url}/graphql`, {
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type,authorization' },
  })

describe('a page of another origin', () => {
  test('may use the graph if its origin is configured, without credentials', async () => {
    const asked = await preflight('https://dashboards.example')
    expect(asked.status).toBe(204)
    expect(asked.headers.get('access-control-allow-origin')).toBe('https://dashboards.example')
    expect(asked.headers.get('access-control-allow-headers')).toMatch(/authorization/)
    expect(asked.headers.get('access-control-allow-credentials')).toBeNull()
    const answered = await fetch(`${held.hub.url}/graphql`, {
      method: 'POST',
      headers: { origin: 'https://dashboards.example', 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ viewer { scopes } }' }),
    })
    expect(answered.headers.get('access-control-allow-origin')).toBe('https://dashboards.example')
    expect(answered.headers.get('vary')).toMatch(/origin/i)
    expect(await answered.json()).toEqual({ data: { viewer: { scopes: [] } } })
  })

  test('gets no CORS headers if its origin is not configured', async () => {
    for (const origin of ['https://evil.example', 'https://dashboards.example.evil.example', 'null', 'http://dashboards.example']) {
      expect((await preflight(origin)).headers.get('access-control-allow-origin'), origin).toBeNull()
    }
    // The first at once, with its reason; those that follow it only now and then.
    expect(held.hub.output()).toMatch(
      /"origin":"https:\/\/evil\.example".*a preflight is refused: its origin is not among cors\.origins in hub\.yaml/,
    )
  })

  test('can read why it is refused, and OPTIONS that is no preflight is a method like any other', async () => {
    const typed = await fetch(`${held.hub.url}/query`, { method: 'POST', headers: { origin: 'https://dashboards.example' }, body: 'a' })
    expect([typed.status, typed.headers.get('access-control-allow-origin')]).toEqual([415, 'https://dashboards.example'])
    for (const path of ['/query', '/graphql']) {
      const asked = await fetch(held.hub.url + path, { method: 'OPTIONS', headers: { origin: 'https://dashboards.example' } })
      expect([asked.status, await asked.text()]).toEqual([405, expect.stringContaining('BAD_REQUEST')])
    }
  })

  test('may be of the browser’s own machine, at any port, where loopback is configured, and of no name that looks like it', () => {
    for (const origin of ['http://localhost', 'http://localhost:5173', 'https://127.0.0.1:8443', 'http://127.1.2.3', 'http://[::1]:3000'])
      expect([isAllowed(origin, 'hub', ['loopback']), isAllowed(origin, 'hub', ['https://a.example'])], origin).toEqual([true, false])
    for (const origin of [
      'null',
      'http://localhost.evil.example',
      'http://evil.example/localhost',
      'file://localhost',
      'http://128.0.0.1',
      'http://127.0.0.1.evil.example',
      'http://a@localhost',
      'http://localhost:1/x',
    ])
      expect(isAllowed(origin, 'hub', ['loopback']), origin).toBe(false)
  })

  test.each([
    ['its origin', '/graphql', {}, /cors\.origins/],
    ['its path', '/metrics', { origin: 'https://a.example' }, /alone$/],
    ['its method', '/query', { origin: 'https://a.example', 'access-control-request-method': 'DELETE' }, /method/],
    ['a header', '/tables/a', { origin: 'https://a.example', 'access-control-request-headers': 'Authorization, X-Mine' }, /header/],
  ])('is refused for %s, and the log says so', (_what, url, headers, reason) => {
    const asked = { origin: 'https://b.example', 'access-control-request-method': 'POST', ...headers }
    expect(preflightRefusal(url, asked, ['https://a.example'])?.reason).toMatch(reason)
  })

  test('that may go on is in no log, nor is what is no preflight', () => {
    const asked = {
      origin: 'https://a.example',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type, accept',
    }
    expect(preflightRefusal('/graphql?x', asked, ['https://a.example'])).toBeUndefined()
    expect(preflightRefusal('/graphql', { origin: 'https://b.example' }, [])).toBeUndefined()
  })
})
