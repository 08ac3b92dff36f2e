import { createHash } from 'node:crypto'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { getIntrospectionQuery } from 'graphql'
import { describe, expect, test } from 'vitest'
import { hubOfTwo } from '../support/hub-of-two.js'

/** Open files of so many columns, with two rows of which two values are alike. */
const files = (count: number, columns: number, name: string) => {
  const line = (text: string) => Array.from({ length: columns }, (_, at) => `${text}${at}`).join(',')
  const text = `${line('Column')}\n${line('value')}\n${line('value')}\n`
  return Object.fromEntries(Array.from({ length: count }, (_, at) => [`camden/data/${name}${at}.csv`, text]))
}
const held = hubOfTwo({
  'camden/data/many.csv': `Name\n${Array.from({ length: 2000 }, (_, at) => `place${at}\n`).join('')}`,
  ...files(27, 12, 'twelve'),
  ...files(1, 1500, 'wide'),
})

const times = (count: number, text: (at: number) => string) => Array.from({ length: count }, (_, at) => text(at)).join(' ')
const post = (body: string, headers: Record<string, string> = {}) =>
  fetch(`${held.hub.url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body })
const get = (query: string, headers: Record<string, string> = {}) =>
  fetch(`${held.hub.url}/graphql?query=${encodeURIComponent(query)}`, { headers: { accept: 'application/json', ...headers } })
const firstError = async (response: Response) =>
  ((await response.json()) as { errors: { message: string; extensions: { code: string } }[] }).errors[0]

describe('a limit answers its code, and its message states it', () => {
  const tables = (at: number) => `q${at}: table(id: "barnet/libraries/libraries") { rows { rowCount } }`
  test.each([
    ['nesting of the document', `{ viewer ${'{ a '.repeat(80)} ${'}'.repeat(81)}`, 'QUERY_TOO_COMPLEX', '64'],
    ['nesting of a value', `{ explain(input: ${'['.repeat(100)}${']'.repeat(100)}) { text } }`, 'QUERY_TOO_COMPLEX', '64'],
    ['tokens', `{ spoke(id: [${'1 '.repeat(16_000)}]) { id } }`, 'QUERY_TOO_COMPLEX', '15,000'],
    ['characters of comments', `${'#comment\n'.repeat(60_000)}{ __typename }`, 'QUERY_TOO_COMPLEX', '500,000'],
    ['breadth', `{ viewer { ${'subject '.repeat(1100)} } }`, 'QUERY_TOO_COMPLEX', '1,000'],
    ['aliases', `{ ${times(201, (at) => `a${at}: __typename`)} }`, 'QUERY_TOO_COMPLEX', '200'],
    ['directives', `{ viewer { subject ${'@include(if: true) '.repeat(101)} } }`, 'QUERY_TOO_COMPLEX', '100'],
    ['depth', `{ spokes { ${'organisation { spokes { '.repeat(10)} id ${'} }'.repeat(10)} } }`, 'QUERY_TOO_COMPLEX', '20'],
    [
      'depth through fragments',
      `{ spokes { ...f0 } } ${times(11, (at) => `fragment f${at} on Spoke { organisation { spokes { ...f${at + 1} } } }`)} fragment f11 on Spoke { id }`,
      'QUERY_TOO_COMPLEX',
      '20',
    ],
    [
      'complexity with the sizes of lists',
      '{ spokes { datasets(first: 100) { nodes { tables { dataset { tables { columns { name } } } } } } } }',
      'QUERY_TOO_COMPLEX',
      '200,000',
    ],
    ['result sets', `{ ${times(21, tables)} }`, 'QUERY_TOO_COMPLEX', '20'],
    [
      'rows written again and again',
      `{ table(id: "barnet/libraries/libraries") { rows { ${times(41, (at) => `r${at}: rows`)} } } }`,
      'QUERY_TOO_COMPLEX',
      '40',
    ],
  ])('%s', async (_what, query, code, limit) => {
    const error = await firstError(await post(JSON.stringify({ query })))
    expect(error).toMatchObject({ extensions: { code } })
    expect(error?.message).toContain(limit)
    expect((await held.hub.ask('{ viewer { scopes } }')).data).toEqual({ viewer: { scopes: [] } })
  })

  const profile = 'profile { nullRatio distinctCount min max topValues { value count } histogram { from to count } }'
  test('the largest page is counted as it is: 27 datasets with their columns and profiles are answered at once', async () => {
    const { data, errors } = await held.hub.ask<{ datasets: { nodes: { tables: { columns: { profile: object | null }[] }[] }[] } }>(
      `{ datasets(first: 100, filter: { spokes: ["camden", "barnet"] }) { totalCount nodes { id title tables { id rowCount columns { name type ${profile} } } } } }`,
    )
    expect(errors).toBeUndefined()
    const columns = data?.datasets.nodes.flatMap(({ tables }) => tables.flatMap((table) => table.columns)) ?? []
    expect(columns.filter((column) => column.profile !== null).length).toBeGreaterThan(27 * 12)
  })

  test('an answer is not larger than it may be, whatever was guessed, and says once what is large in it', async () => {
    const wide = (at: number) => `c${at}: columns { name title type nullable sensitivity description unit ${profile} }`
    const query = `{ table(id: "camden/wide0/wide0") { ${times(12, wide)} } }`
    const { data, errors } = await held.hub.ask(query)
    expect(data).toEqual({ table: null })
    expect(errors).toMatchObject([{ extensions: { code: 'QUERY_TOO_COMPLEX' } }])
    expect(errors?.[0]?.message).toMatch(/^The answer holds more than 200,000 fields\. Most of .* in table\.c\d+ \([\d,]+\), table\.c\d/)
  })

  test('values of the body, also in variables that nothing uses', async () => {
    const variables = (values: number) => JSON.stringify({ query: '{ __typename }', variables: { a: Array<number>(values).fill(1) } })
    expect((await post(variables(99_000))).status).toBe(200)
    const response = await post(variables(1_000_000))
    expect(response.status).toBe(400)
    expect(await firstError(response)).toMatchObject({
      message: expect.stringContaining('100,000') as string,
      extensions: { code: 'QUERY_TOO_COMPLEX' },
    })
  })

  test('nesting of the body', async () => {
    const response = await post(`{"query":"{ __typename }","variables":{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}}`)
    expect(response.status).toBe(400)
    expect(await firstError(response)).toMatchObject({
      message: expect.stringContaining('64') as string,
      extensions: { code: 'QUERY_TOO_COMPLEX' },
    })
  })

  test('bytes of the body', async () => {
    const response = await post(JSON.stringify({ query: '{ __typename }', variables: { a: 'x'.repeat(3 * 1024 * 1024) } }))
    expect(response.status).toBe(413)
    expect(await firstError(response)).toMatchObject({
      message: expect.stringContaining('2097152') as string,
      extensions: { code: 'BAD_REQUEST' },
    })
  })

  describe('a compressed body', () => {
    const plain = Buffer.from(JSON.stringify({ query: '{ viewer { scopes } }' }))
    const packed = (body: Buffer, coding: string) => post(body as never, { 'content-encoding': coding })
    test.each([
      ['gzip', gzipSync],
      ['GZIP', gzipSync],
      ['deflate', deflateSync],
      ['br', brotliCompressSync],
      ['identity', (body: Buffer) => body],
    ] as const)('as %s is read', async (coding, pack) => {
      expect(await (await packed(pack(plain), coding)).json()).toEqual({ data: { viewer: { scopes: [] } } })
    })
    test.each([['zstd'], ['compress'], ['gzip, gzip'], ['__proto__']])(
      'as %s is refused, and the answer lists the supported codings',
      async (coding) => {
        const response = await packed(gzipSync(plain), coding)
        expect([response.status, response.headers.get('accept-encoding')]).toEqual([415, 'gzip, deflate, br'])
        expect(await firstError(response)).toMatchObject({
          message: expect.stringContaining('gzip') as string,
          extensions: { code: 'BAD_REQUEST' },
        })
      },
    )
    test.each([
      ['no gzip at all', plain],
      ['one that was cut short', gzipSync(plain).subarray(0, 20)],
      ['one that goes on', Buffer.concat([gzipSync(plain), Buffer.from('junk')])],
    ])('that is %s is refused', async (_, body) => {
      const response = await packed(body, 'gzip')
      expect(response.status).toBe(400)
      expect(await firstError(response)).toMatchObject({ extensions: { code: 'BAD_REQUEST' } })
    })
    test('that decompresses to more than the limit of a body is refused', async () => {
      const bomb = gzipSync(Buffer.alloc(512 * 1024 * 1024, 0x20))
      const response = await packed(bomb, 'gzip')
      expect(response.status).toBe(413)
      expect((await held.hub.ask('{ viewer { scopes } }')).data).toEqual({ viewer: { scopes: [] } })
    })
  })

  test('fragments that spread each other many times', async () => {
    const query = `{ spokes { ...f0 } } ${times(60, (at) => `fragment f${at} on Spoke { ...f${at + 1} ...f${at + 1} }`)} fragment f60 on Spoke { id }`
    expect((await firstError(await post(JSON.stringify({ query }))))?.extensions.code).toMatch(
      /GRAPHQL_VALIDATION_FAILED|QUERY_TOO_COMPLEX/,
    )
  })

  test('rows of all result sets together', async () => {
    const rows = (at: number) => `q${at}: query(input: { from: { table: "camden/many/many" }, limit: 2000 }) { rowCount }`
    const { data, errors } = await held.hub.ask<Record<string, { rowCount: number } | null>>(`{ ${times(6, rows)} }`)
    const answered = Object.values(data ?? {}).reduce((sum, result) => sum + (result?.rowCount ?? 0), 0)
    expect(answered).toBe(10_000)
    expect(errors).toMatchObject([{ message: expect.stringContaining('10,000') as string, extensions: { code: 'RESULT_TOO_LARGE' } }])
  })

  test('but the largest introspection query is within all of them', async () => {
    expect(
      (await held.hub.ask(getIntrospectionQuery({ inputValueDeprecation: true, specifiedByUrl: true, directiveIsRepeatable: true })))
        .errors,
    ).toBeUndefined()
  })
})

describe('a request of another site', () => {
  test.each([
    [
      'a form, an image or a script of a browser without Fetch Metadata',
      {},
      { accept: '*/*', 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64)' },
    ],
    ['a page that a browser says is of another site', {}, { accept: 'application/json', 'sec-fetch-site': 'cross-site' }],
    ['a page of a sister site', {}, { accept: 'application/json', 'sec-fetch-site': 'same-site' }],
    ['a page of another origin', {}, { accept: 'application/json', origin: 'https://evil.example' }],
  ])('%s runs nothing by GET', async (_what, _init, headers) => {
    const response = await get('{ viewer { scopes } }', headers)
    expect(response.status).toBe(400)
    expect(await firstError(response)).toMatchObject({ extensions: { code: 'BAD_REQUEST' } })
  })

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
    '%s runs nothing by POST',
    async (type) => {
      const response = await post(JSON.stringify({ query: '{ viewer { scopes } }' }), { 'content-type': type })
      expect(response.status).toBeGreaterThanOrEqual(400)
      expect(await response.text()).not.toContain('"data"')
    },
  )

  test('a mutation is not run by GET', async () => {
    expect((await get('mutation { harvest(spoke: "camden") { id } }')).status).toBe(405)
  })
})

describe('batches', () => {
  test('are refused: a list is not a request', async () => {
    const response = await post(JSON.stringify(Array(3).fill({ query: '{ __typename }' })))
    expect(response.status).toBe(400)
    expect(await firstError(response)).toMatchObject({ extensions: { code: 'BAD_REQUEST' } })
  })
})

describe('automatic persisted queries', () => {
  const query = '{ spokes { id } }'
  const sha256Hash = createHash('sha256').update(query).digest('hex')
  const extensions = { persistedQuery: { version: 1, sha256Hash } }

  test('are requested, registered and then found by their hash', async () => {
    expect(await firstError(await post(JSON.stringify({ extensions })))).toMatchObject({
      extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' },
    })
    for (const body of [{ query, extensions }, { extensions }]) {
      expect(await (await post(JSON.stringify(body))).json()).toEqual({ data: { spokes: [{ id: 'camden' }, { id: 'barnet' }] } })
    }
    const response = await fetch(`${held.hub.url}/graphql?extensions=${encodeURIComponent(JSON.stringify(extensions))}`, {
      headers: { accept: 'application/json' },
    })
    expect(await response.json()).toEqual({ data: { spokes: [{ id: 'camden' }, { id: 'barnet' }] } })
  })

  test('are refused with the hash of another query', async () => {
    const response = await post(JSON.stringify({ query: '{ spokes { title } }', extensions }))
    expect(response.status).toBeGreaterThanOrEqual(400)
    expect(await firstError(response)).toMatchObject({ extensions: { code: 'BAD_REQUEST' } })
    expect(await (await post(JSON.stringify({ extensions }))).json()).toEqual({ data: { spokes: [{ id: 'camden' }, { id: 'barnet' }] } })
  })
})

describe('caching', () => {
  const query = '{ datasets { totalCount nodes { id title } } }'

  test('an anonymous GET has an ETag, and answers 304 while nothing has changed', async () => {
    const first = await get(query)
    const etag = first.headers.get('etag') ?? ''
    expect([first.status, first.headers.get('cache-control'), first.headers.get('vary')]).toEqual([
      200,
      'public, no-cache',
      expect.stringContaining('authorization'),
    ])
    const again = await get(query, { 'if-none-match': `"other", ${etag}` })
    expect([again.status, await again.text(), again.headers.get('etag')]).toEqual([304, '', etag])
    await held.database.knex('datasets').where({ spoke_id: 'barnet' }).update({ title: 'Renamed' })
    const changed = await get(query, { 'if-none-match': etag })
    expect(changed.status).toBe(200)
    expect(await changed.text()).toContain('Renamed')
  })

  test('no other answer may be cached', async () => {
    for (const response of [
      await post(JSON.stringify({ query })),
      await get('{ nonsense }'),
      await get('{ table(id: "barnet/none/none") { id } dataset(id: 1.5) { id } }'),
    ]) {
      expect(response.headers.get('cache-control')).toBe('private, no-store')
      expect(response.headers.get('etag')).toBeNull()
    }
  })
})

describe('an answer never holds', () => {
  test('a link to javascript:, even one that is in the catalogue already', async () => {
    await held.database.knex('datasets').where({ spoke_id: 'camden' }).update({ landing_page: 'javascript:alert(1)' })
    const { data, errors } = await held.hub.ask('{ datasets(filter: { spokes: ["camden"] }) { nodes { iri landingPage } } }')
    expect(errors).toBeUndefined()
    expect(JSON.stringify(data)).toContain('/datasets/camden/')
    expect(JSON.stringify(data)).not.toContain('javascript')
  })

  test.each([
    '{ tabel { id } }',
    '{ query(input: {}) { rows } }',
    '{ query(input: { from: { table: "x" } }) { rows } }',
    'query ($a: QueryInput!) { query(input: $a) { rows } }',
    '{ dataset(id: {}) { id } }',
    '}{',
    '{ datasets(after: "nonsense") { totalCount } }',
    '{ datasets(first: -1) { totalCount } }',
    'query A { viewer { scopes } } query B { viewer { scopes } }',
    '{ __proto__ { constructor } }',
  ])('internal details, after %s', async (query) => {
    const text = await (await post(JSON.stringify({ query, variables: { a: { __proto__: 1, from: null } } }))).text()
    expect(text).not.toMatch(/node_modules|\/src\/|\/dist\/|\bat [\w.]+ \(|select .* from|stacktrace|postgres|duckdb/i)
    expect((JSON.parse(text) as { errors: { extensions: { code: string } }[] }).errors[0]?.extensions.code).toMatch(/^[A-Z_]+$/)
  })

  test('aliases and variables named __proto__ or constructor change nothing', async () => {
    const answer = await post(
      '{"query":"query ($constructor: Int, $__proto__: Int) { __proto__: viewer { constructor: scopes } datasets(first: $constructor) { totalCount } }","variables":{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}}',
    )
    expect(answer.status).toBeLessThan(500)
    expect((await held.hub.ask('{ __proto__: viewer { scopes } toString: __typename }')).errors).toBeUndefined()
  })
})

const bodies = [
  '',
  '{',
  '[]',
  'null',
  '"x"',
  '1',
  '{"query":1}',
  '{"query":{}}',
  '{"query":"{"}',
  '{"query":"\\u0000"}',
  '\u0000',
  '{"query":"{a}","variables":[]}',
  '{"query":"{a}","variables":"x"}',
  '{"query":"{a}","extensions":1}',
  '{"operationName":1}',
  `{"query":"${'{a'.repeat(30)}"}`,
  '['.repeat(200_000),
  `{"query":"{ ${'x '.repeat(50_000)}`,
]

/** Memory of the hub's process in bytes, by its own metrics. */
async function memory(): Promise<{ resident: number; heap: number }> {
  const text = await (await fetch(`${held.hub.url}/metrics`)).text()
  const figure = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1])
  return { resident: figure('process_resident_memory_bytes'), heap: figure('nodejs_heap_size_used_bytes') }
}

/** Sends every malformed body again and again, and returns the lowest memory seen: closest to what is not waiting for a collection. */
async function load(rounds: number): Promise<{ resident: number; heap: number }> {
  let least = { resident: Infinity, heap: Infinity }
  for (let round = 0; round < rounds; round++) {
    const answers = await Promise.all(bodies.map((body) => post(body)))
    expect(answers.filter(({ status }) => status >= 500)).toEqual([])
    await Promise.all(answers.map((answer) => answer.text()))
    const now = await memory()
    least = { resident: Math.min(least.resident, now.resident), heap: Math.min(least.heap, now.heap) }
  }
  return least
}

test('a load of malformed bodies leaves the hub answering, and its memory comes back to where it was', async () => {
  await load(20)
  const before = await load(20)
  // A full collection comes only after enough garbage, so more load may be needed before the heap shrinks.
  let after = await load(80)
  for (let more = 0; after.heap > before.heap + 8e6 && more < 40; more++) after = await load(20)
  expect(after.heap - before.heap).toBeLessThan(8e6)
  expect(after.resident - before.resident).toBeLessThan(128e6)
  expect((await held.hub.ask('{ viewer { scopes } }')).data).toEqual({ viewer: { scopes: [] } })
})
