import { describe, expect, test } from 'vitest'
import { dials } from '../support/dials.js'
import { hubOfTwo } from '../support/hub-of-two.js'

const held = hubOfTwo()

const post = (query: string, headers: Record<string, string> = {}, variables = {}) =>
  fetch(`${held.hub.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
  })

/** The log line of a request, which is written after its answer. */
async function lineOf(id: string | null): Promise<Record<string, unknown>> {
  const [line] = await held.hub.line(new RegExp(`^\\{.*"request":"${id}".*\\}$`, 'm'))
  return JSON.parse(line) as Record<string, unknown>
}

describe('the id of a request', () => {
  test('is the client’s own if it has a safe form', async () => {
    const answer = await post('{ spokes { id } }', { 'x-request-id': 'Camden_2026-01' })
    expect(answer.headers.get('x-request-id')).toBe('Camden_2026-01')
    expect(await lineOf('Camden_2026-01')).toMatchObject({
      level: 'info',
      msg: 'request',
      method: 'POST',
      status: 200,
      codes: [],
      authenticated: false,
    })
  })

  test.each(['short', 'x'.repeat(65), 'with a space', 'quote"quote', 'dots.and.more'])(
    'is made here where the client’s is %s',
    async (given) => {
      const answer = await post('{ spokes { id } }', { 'x-request-id': given })
      expect(answer.headers.get('x-request-id')).toMatch(/^[\da-f-]{36}$/)
    },
  )

  test.each(['/health/live', '/nowhere', '/.well-known/jwks.json', '/graphiql'])('is answered by %s too', async (path) => {
    expect((await fetch(`${held.hub.url}${path}`)).headers.get('x-request-id')).toMatch(/^[\da-f-]{36}$/)
  })

  test('differs for each of many requests at once', async () => {
    const ids = Array.from({ length: 20 }, (_, index) => `concurrent-${index}`)
    const answers = await Promise.all(
      ids.map((id, index) => post(index % 2 === 0 ? '{ spokes { id } }' : `{ nothing }`, { 'x-request-id': id })),
    )
    expect(answers.map(({ headers }) => headers.get('x-request-id'))).toEqual(ids)
    for (const [index, id] of ids.entries())
      expect((await lineOf(id))['codes'], id).toEqual(index % 2 === 0 ? [] : ['GRAPHQL_VALIDATION_FAILED'])
  })
})

describe('the line of a request', () => {
  const idOf = async (answer: Promise<Response>) => (await answer).headers.get('x-request-id')

  test('states status, codes and duration', async () => {
    expect(await lineOf(await idOf(post('{ query(input: { from: { table: "camden/nothing/nothing" } }) { rows } }')))).toMatchObject({
      method: 'POST',
      status: 200,
      codes: ['UNKNOWN_TABLE'],
      durationMs: expect.any(Number),
    })
    const broken = fetch(`${held.hub.url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{' })
    expect(await lineOf(await idOf(broken))).toMatchObject({ status: 400, codes: ['BAD_REQUEST'] })
    const large = fetch(`${held.hub.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: 'x'.repeat(3_000_000),
    })
    expect(await lineOf(await idOf(large))).toMatchObject({ status: 413, codes: ['BAD_REQUEST'] })
    expect(await lineOf(await idOf(post('{ spokes { id } }', { authorization: 'Bearer not.a.token' })))).toMatchObject({
      status: 401,
      codes: ['UNAUTHENTICATED'],
      authenticated: false,
    })
  })

  test('states that the viewer is authenticated, but not who it is or what was asked', async () => {
    const program = dials(['token', '--config', held.workspace.hubYaml, '--data-dir', held.hub.dataFolder])
    expect(await program.exited).toBe(0)
    const token = program.output().trim()
    const query = 'query Kilburn_name($table: ID!) { table(id: $table) { rows(where: { column: "Name", eq: "Kilburn" }) { rows } } }'
    const line = await lineOf(await idOf(post(query, { authorization: `Bearer ${token}` }, { table: 'camden/libraries/libraries' })))
    expect(line).toMatchObject({ status: 200, codes: [], authenticated: true })
    expect(Object.keys(line).sort()).toEqual([
      'authenticated',
      'codes',
      'durationMs',
      'hub',
      'level',
      'method',
      'msg',
      'request',
      'status',
      'time',
    ])
    for (const secret of ['Kilburn', 'NW6 5UH', token, token.split('.')[2] as string])
      expect(held.hub.output(), secret).not.toContain(secret)
  })

  test('is written for downloads too, with the code of what failed', async () => {
    const download = (table: string) => fetch(`${held.hub.url}/tables/camden/${table}/${table}.csv`)
    expect(await lineOf(await idOf(download('libraries')))).toMatchObject({ method: 'GET', status: 200, codes: [] })
    expect(await lineOf(await idOf(download('nothing')))).toMatchObject({ status: 404, codes: ['UNKNOWN_TABLE'] })
    const metrics = await (await fetch(`${held.hub.url}/metrics`)).text()
    for (const outcome of ['OK', 'UNKNOWN_TABLE'])
      expect(metrics).toContain(`dials_operation_duration_seconds_count{kind="download",outcome="${outcome}"} 1`)
  })

  test('is written only for the graph and its downloads', async () => {
    const id = await idOf(fetch(`${held.hub.url}/health/live`))
    await lineOf(await idOf(post('{ spokes { id } }')))
    expect(held.hub.output()).not.toContain(String(id))
  })
})

test('/health/live and /health/ready say that all is well', async () => {
  expect(await (await fetch(`${held.hub.url}/health/live`)).json()).toEqual({ status: 'UP' })
  expect(await (await fetch(`${held.hub.url}/health/ready`)).json()).toEqual({ status: 'UP', notReady: [] })
})
