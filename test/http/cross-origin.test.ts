import { describe, expect, test } from 'vitest'
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
  })
})
