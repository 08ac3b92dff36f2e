import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { hubOfTwo } from '../support/hub-of-two.js'
import { rawClient } from '../support/raw-client.js'
import { twoSpokes } from '../support/workspace.js'

const held = hubOfTwo({ 'hub.yaml': `${twoSpokes['hub.yaml']}cors: { origins: ['*'] }\n` })
const harvest = 'mutation Change { harvest(spoke: "camden") { id } }'
const both = `query Look { viewer { scopes } } ${harvest}`
const params = (given: Record<string, string>) => new URLSearchParams(given).toString()
const acceptOf = (path: string) => (path === '/graphql' ? 'application/json' : 'text/event-stream')
const runs = () => held.database.knex('harvest_runs').count<{ count: string }[]>('* as count')

describe.each(['/graphql', '/graphql/stream'])('a GET of %s', (path) => {
  const get = (given: Record<string, string>, headers: Record<string, string> = {}) =>
    fetch(`${held.hub.url}${path}?${params(given)}`, { headers: { accept: acceptOf(path), ...headers } })

  test.each<[string, Record<string, string>]>([
    ['a mutation alone', { query: harvest }],
    ['a mutation that is named beside a query', { query: both, operationName: 'Change' }],
    ['a mutation without a name', { query: 'mutation { harvest(spoke: "camden") { id } }' }],
    ['a mutation behind a fragment', { query: 'fragment f on HarvestRun { id } mutation { harvest(spoke: "camden") { ...f } }' }],
  ])('never runs %s', async (_what, given) => {
    const before = await runs()
    for (const headers of [{}, { 'apollo-require-preflight': 'true' }, { 'x-http-method-override': 'POST' }]) {
      const response = await get(given, headers)
      expect([response.status, await response.text()]).toEqual([405, expect.not.stringContaining('"data"')])
    }
    expect(await runs()).toEqual(before)
  })

  test('never runs a document of several operations that names none', async () => {
    expect(await (await get({ query: both })).text()).toContain('Must provide operation name')
  })

  test('runs the query that is named beside a mutation', async () => {
    expect(await (await get({ query: both, operationName: 'Look' })).text()).toContain('{"data":{"viewer":{"scopes":[]}}}')
  })
})

test('a GET never runs a mutation by the hash of a persisted query', async () => {
  const extensions = { persistedQuery: { version: 1, sha256Hash: createHash('sha256').update(harvest).digest('hex') } }
  const registered = await fetch(`${held.hub.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: harvest, extensions }),
  })
  expect(await registered.json()).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] })
  const before = await runs()
  const response = await fetch(`${held.hub.url}/graphql?${params({ extensions: JSON.stringify(extensions) })}`, {
    headers: { accept: 'application/json' },
  })
  expect(response.status).toBe(405)
  expect(await runs()).toEqual(before)
})

describe.each(['/graphql', '/graphql/stream'])('a POST to %s', (path) => {
  const body = JSON.stringify({ query: '{ viewer { scopes } }' })
  const typed = (type: string | undefined, more: Record<string, string> = {}) =>
    fetch(`${held.hub.url}${path}`, {
      method: 'POST',
      headers: { accept: acceptOf(path), ...(type === undefined ? {} : { 'content-type': type }), ...more },
      body: Buffer.from(body),
    })

  test.each([
    undefined,
    'text/plain',
    'text/plain; application/json',
    'multipart/form-data; boundary=x',
    'application/x-www-form-urlencoded',
    'application/json-patch+json',
    'application/json-patch',
    'application/jsonp',
    'application/json, text/plain',
    'text/plain, application/json',
    'application/json; charset=utf-16',
    'application/json; charset=utf-8, text/plain',
  ])('of type %s is 415, whatever other headers it has', async (type) => {
    for (const more of [{}, { 'apollo-require-preflight': 'true', 'x-apollo-operation-name': 'a', origin: 'https://a.example' }]) {
      const response = await typed(type, more)
      expect([response.status, await response.json()]).toMatchObject([415, { errors: [{ extensions: { code: 'BAD_REQUEST' } }] }])
    }
  })

  test('of two types is 415', async () => {
    const client = await rawClient(held.hub.url)
    client.socket.write(
      `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Type: text/plain\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    )
    expect(await client.ended()).toContain(' 415 ')
  })

  test.each(['application/json', 'application/json;charset=utf8;;', 'application/json; charset="UTF-8"', 'application/json; v=1'])(
    'of type %s is read',
    async (type) => {
      const response = await typed(type)
      expect([response.status, await response.text()]).toEqual([200, expect.stringContaining('"scopes":[]') as string])
    },
  )
})

describe('a page of another site', () => {
  test.each(['/metrics', '/health/live', '/health/ready', '/.well-known/jwks.json', '/graphiql', '/graphqlx', '/'])(
    'cannot read %s: it has no CORS headers',
    async (path) => {
      for (const method of ['GET', 'OPTIONS']) {
        const response = await fetch(`${held.hub.url}${path}`, {
          method,
          headers: { origin: 'https://evil.example', 'access-control-request-method': 'GET' },
        })
        expect([...response.headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([])
        await response.text()
      }
    },
  )

  test.each(['/graphql', '/graphql/stream', '/graphql?query=%7B__typename%7D'])(
    'may read %s where the operator allows it',
    async (path) => {
      const response = await fetch(`${held.hub.url}${path}`, { headers: { origin: 'https://pages.example', accept: 'application/json' } })
      expect(response.headers.get('access-control-allow-origin')).toBe('*')
    },
  )
})
