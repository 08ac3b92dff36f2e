import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { buildSchema, parse, validate } from 'graphql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { resultSelection } from '../../src/cli/commands/query.js'
import { parseInput } from '../../src/cli/query-input.js'
import { type Answer, answerText } from '../../src/cli/query-text.js'
import { freshDatabase, type FreshDatabase } from '../support/postgres.js'
import { startTestHub, type TestHub } from '../support/dials.js'

const file = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url))
const spokes = ['camden', 'barnet', 'lambeth', 'wandsworth', 'gla']

let database: FreshDatabase
let hub: TestHub
beforeAll(async () => {
  database = await freshDatabase()
  hub = await startTestHub(file('examples/london/hub.yaml'), { env: { DATABASE_URL: database.url } })
  await hub.harvested(...spokes)
})
afterAll(async () => {
  expect(await hub.stop()).toBe(0)
  await database.drop()
})

interface ResultSet {
  columns: { name: string; type: string; encoding: string }[]
  rows: unknown[][]
  records: Record<string, unknown>[]
  rowCount: number
  truncated: boolean
  complete: boolean
  version: string | null
  transaction: string
  sources: { spoke: string; status: string; rows: number; pushedDown: string[]; missingColumns: string[]; error: { code: string } | null }[]
}

const query = async (
  input: string,
  fields = 'columns { name type encoding } rows records rowCount truncated complete version transaction sources { spoke status rows pushedDown missingColumns error { code } }',
) => hub.ask<{ query: ResultSet | null }>(`{ query(input: ${input}) { ${fields} } }`)

describe('the demonstration', () => {
  const examples = readdirSync(file('graphql/examples')).filter((name) => name.endsWith('.graphql'))

  test.each(examples)('graphql/examples/%s runs', async (name) => {
    const text = readFileSync(file(`graphql/examples/${name}`), 'utf8')
    expect(validate(buildSchema(readFileSync(file('graphql/schema.graphql'), 'utf8')), parse(text))).toEqual([])
    const answer = await hub.ask(text)
    expect(answer.errors).toBeUndefined()
  })

  test('libraries, toilets and polling stations by borough: one query over four spokes, aggregated at each', async () => {
    const answer = await hub.ask<{ query: ResultSet }>(
      readFileSync(file('graphql/examples/libraries-toilets-polling-stations.graphql'), 'utf8'),
    )
    const result = answer.data?.query as ResultSet
    expect(result.rows).toHaveLength(11)
    expect(result.rows).toContainEqual(['camden', 'camden/libraries/libraries', 13, 13])
    expect(result.rows).toContainEqual(['lambeth', 'lambeth/polling-stations/polling-stations', 15, 0])
    expect(result.complete).toBe(true)
    expect(result.sources.map(({ spoke, pushedDown }) => [spoke, pushedDown])).toEqual(
      ['camden', 'barnet', 'lambeth', 'wandsworth'].map((spoke) => [spoke, ['PROJECT', 'AGGREGATE']]),
    )
  })

  test('a box finds the places of all four boroughs, whether they publish geometries or eastings and northings', async () => {
    const answer = await hub.ask<{ query: ResultSet & { warnings: { code: string }[] } }>(
      readFileSync(file('examples/london/places-in-a-box.graphql'), 'utf8'),
    )
    const { records, warnings, complete } = answer.data?.query as ResultSet & { warnings: { code: string }[] }
    expect(complete).toBe(true)
    expect(warnings).toEqual([])
    expect([...new Set(records.map(({ borough }) => borough))]).toEqual(['barnet', 'camden', 'lambeth', 'wandsworth'])
    for (const { geometry } of records) {
      const [longitude, latitude] = (geometry as { coordinates: [number, number] }).coordinates
      expect([longitude > -0.22, longitude < -0.1, latitude > 51.42, latitude < 51.58]).toEqual([true, true, true, true])
    }
  })

  test('a derived geometry is the geometry of a GeoJSON download', async () => {
    const input = { from: { table: 'wandsworth/libraries/libraries' }, select: [{ column: 'Library' }, { column: 'geometry' }], limit: 2 }
    const response = await fetch(`${hub.url}/query?${new URLSearchParams({ input: JSON.stringify(input), format: 'geojson' })}`)
    expect(response.status).toBe(200)
    const { features } = (await response.json()) as {
      features: { geometry: { type: string; coordinates: number[] }; properties: object }[]
    }
    expect(features).toHaveLength(2)
    for (const { geometry, properties } of features) {
      expect(Object.keys(properties)).toEqual(['Library'])
      expect(geometry).toMatchObject({ type: 'Point', coordinates: [expect.closeTo(-0.2, 0), expect.closeTo(51.45, 0)] })
    }
  })

  test('a member of a stack without places is told by a filter of places', async () => {
    const input =
      '{ from: { members: [{ table: "camden/libraries/libraries" }, { table: "barnet/libraries/libraries" }] }, ' +
      'where: { column: "geometry", withinBox: [-0.5, 51, 0.5, 52] }, groupBy: [{ column: "_spoke" }], measures: [{ function: COUNT }] }'
    const answer = await hub.ask<{ query: { rows: unknown[]; warnings: object[] } }>(
      `{ query(input: ${input}) { rows warnings { code table column message } } }`,
    )
    expect(answer.data?.query.rows).toHaveLength(1)
    expect(answer.data?.query.warnings).toMatchObject([
      {
        code: 'COLUMN_MISSING',
        table: 'barnet/libraries/libraries',
        column: 'geometry',
        message: expect.stringContaining('no filter of places finds these rows') as unknown,
      },
    ])
  })

  const blocks = (page: string, language: string) =>
    [...readFileSync(file(page), 'utf8').matchAll(new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``, 'g'))].map(([, block = '']) => block)

  test.each(['polling-stations-by-borough', 'join-of-two-boroughs'].map((name, at) => ({ name, at })))(
    'the README’s query $name is the example’s, and its answer is what comes back',
    async ({ name, at }) => {
      const text = blocks('README.md', 'graphql')[at] as string
      expect(text).toBe(readFileSync(file(`graphql/examples/${name}.graphql`), 'utf8'))
      expect(await hub.ask(text)).toEqual(JSON.parse(blocks('README.md', 'json')[at] as string))
    },
  )

  const joins = blocks('docs/joins.md', 'yaml')
  test.each(joins.map((yaml, at) => ({ yaml, at })))(
    'docs/joins.md: dials query prints what it says of query $at',
    async ({ yaml, at }) => {
      const answer = await hub.ask<{ query: Answer }>(`query ($input: QueryInput!) { query(input: $input) ${resultSelection} }`, {
        input: parseInput(yaml, 'docs/joins.md'),
      })
      expect(answer.errors).toBeUndefined()
      expect(`${answerText(answer.data?.query as Answer)}\n`).toBe(blocks('docs/joins.md', 'text')[at])
    },
  )

  test('the README’s commands are there', () => {
    const { scripts } = JSON.parse(readFileSync(file('package.json'), 'utf8')) as { scripts: Record<string, string> }
    const readme = readFileSync(file('README.md'), 'utf8')
    expect(readme).toContain('npm ci && npm start')
    expect(readme).toContain('npm ci && npm test')
    expect([scripts['start'], scripts['test']]).toEqual(['node bin/dials.js demo', 'vitest run'])
    for (const command of new Set([...readme.matchAll(/npx dials (\w+)/g)].map(([, name]) => name as string))) {
      const help = execFileSync(process.execPath, [file('bin/dials.js'), command, '--help'], { encoding: 'utf8' })
      expect(help).toContain(`Usage: dials ${command}`)
    }
  })

  test('the catalogue lists what is open or listed, and not one thing more', async () => {
    const { data } = await hub.ask<{ datasets: { totalCount: number; nodes: { id: string; access: string }[] } }>(
      '{ datasets(first: 100) { totalCount nodes { id access } } }',
    )
    expect(data?.datasets.totalCount).toBe(20)
    expect(data?.datasets.nodes.filter(({ access }) => access !== 'OPEN')).toEqual([
      { id: 'camden/library-members', access: 'CLOSED' },
      { id: 'wandsworth/damp-and-mould-reports', access: 'SHARED' },
    ])
  })

  test('what is listed but not open is refused with its reason, and no row of it leaves', async () => {
    const closed = await query('{ from: { table: "camden/library-members/library-members" }, measures: [{ function: COUNT }] }')
    expect([closed.data?.query, closed.errors?.[0]?.extensions.code]).toEqual([null, 'AGREEMENT_REQUIRED'])
    const shared = await query('{ from: { table: "wandsworth/damp-and-mould-reports/damp-and-mould-reports" } }')
    expect([shared.data?.query, shared.errors?.[0]?.extensions.code]).toEqual([null, 'UNAUTHENTICATED'])
  })

  test('one dead field leaves the rest of the operation as it is', async () => {
    const answer = await hub.ask(
      '{ good: query(input: { from: { table: "camden/libraries/libraries" }, measures: [{ function: COUNT }] }) { rows } bad: query(input: { from: { table: "camden/library/libraries" } }) { rows } }',
    )
    expect(answer.data).toEqual({ good: { rows: [[13]] }, bad: null })
    expect(answer.errors).toMatchObject([
      {
        path: ['bad'],
        extensions: {
          code: 'UNKNOWN_TABLE',
          inputPath: ['from', 'table'],
          suggestions: expect.arrayContaining(['camden/libraries/libraries']) as never,
        },
      },
    ])
  })

  test('rows and records are the same rows, under aliases, fragments and several at once', async () => {
    const { data } = await hub.ask<{ table: Record<'a' | 'b' | 'c' | 'd', ResultSet> }>(`
      { table(id: "camden/libraries/libraries") {
          a: rows(select: ["Name", "Latitude"], orderBy: [{ column: "Name" }], limit: 2) { ...page }
          b: rows(select: ["Postcode"], orderBy: [{ column: "Postcode", direction: DESC }], limit: 1, offset: 1) { ...page }
          c: rows(select: ["Name"], orderBy: [{ column: "Name" }], limit: 2) { rows ... on ResultSet { records } }
          d: rows(select: ["Name", "Latitude"], orderBy: [{ column: "Name" }], limit: 2) { records rows(numbers: DOUBLE) } } }
      fragment page on ResultSet { rows again: rows records truncated rowCount }`)
    const { a, b, c, d } = data?.table as Record<'a' | 'b' | 'c' | 'd', ResultSet & { again: unknown }>
    expect(a.rows).toHaveLength(2)
    expect(a.again).toEqual(a.rows)
    expect(a.records).toEqual(a.rows.map(([Name, Latitude]) => ({ Name, Latitude })))
    expect([a.truncated, a.rowCount, b.truncated, b.rowCount]).toEqual([true, 2, true, 1])
    expect(b.records).toEqual(b.rows.map(([Postcode]) => ({ Postcode })))
    expect(c.records).toEqual(a.rows.map(([Name]) => ({ Name })))
    expect(c.rows).toEqual(a.rows.map(([Name]) => [Name]))
    expect(d.records).toEqual(a.records)
    expect(d.rows).toEqual(a.rows.map(([Name, Latitude]) => [Name, Number(Latitude)]))
  })

  test('every page has the version of its content, and atVersion refuses another', async () => {
    const first = await query(
      '{ from: { table: "gla/burglary/burglary" }, limit: 3, orderBy: [{ column: "LSOA11CD" }] , select: [{ column: "LSOA11CD" }] }',
    )
    const version = first.data?.query?.version as string
    const second = await query(
      `{ from: { table: "gla/burglary/burglary" }, limit: 3, offset: 3, orderBy: [{ column: "LSOA11CD" }], select: [{ column: "LSOA11CD" }], atVersion: "${version}" }`,
    )
    expect(second.data?.query?.version).toBe(version)
    const other = await query('{ from: { table: "gla/burglary/burglary" }, atVersion: "another" }')
    expect(other.errors?.[0]?.extensions).toMatchObject({ code: 'VERSION_CHANGED', inputPath: ['atVersion'] })
  })

  test('Lambeth’s UPRN is text in one table and a number in another: stacking them says so, and reading them as one type works', async () => {
    const members = (type: string) =>
      `{ from: { members: [{ table: "lambeth/libraries/libraries", columns: [{ column: "UPRN", as: "uprn"${type} }] }, { table: "lambeth/schools/schools", columns: [{ column: "UPRN", as: "uprn" }] }] }, measures: [{ function: COUNT, column: "uprn" }, { function: MAX, column: "uprn" }] }`
    expect((await query(members(''))).errors?.[0]?.extensions.code).toBe('TYPE_MISMATCH')
    const { data } = await query(members(', type: INT64'))
    expect(data?.query?.columns.map(({ type }) => type)).toEqual(['INT64', 'INT64'])
  })

  test('explain shows the tree, each fragment’s own text and the residual, and no path of any machine', async () => {
    const { data } = await hub.ask<{
      explain: {
        text: string
        residual: string
        fragments: { spoke: string; connector: string; native: string; left: string[]; estimatedRows: number }[]
      }
    }>(
      '{ explain(input: { from: { union: ["camden/libraries/libraries", "barnet/libraries/libraries"] }, groupBy: [{ column: "_spoke" }], measures: [{ function: COUNT }] }) { text residual fragments { spoke connector native pushedDown left estimatedRows } } }',
    )
    expect(data?.explain.text).toMatch(/aggregate count\(\*\) by \$0\n[^]*scan camden\/libraries\/libraries/)
    expect(data?.explain.fragments.map(({ spoke, connector, left }) => [spoke, connector, left])).toEqual([
      ['camden', 'spoke', []],
      ['barnet', 'spoke', []],
    ])
    expect(JSON.stringify(data)).not.toMatch(/\/tmp|\/dev\/shm|\.parquet/)
  })

  test('GraphQL’s own errors have codes of the surface', async () => {
    expect((await hub.ask('{ spokes { nothing } }')).errors?.[0]?.extensions.code).toBe('GRAPHQL_VALIDATION_FAILED')
    expect((await hub.ask('{ spokes {')).errors?.[0]?.extensions.code).toBe('GRAPHQL_PARSE_FAILED')
    expect((await hub.ask(`{ a: ${'[['.repeat(100)} }`)).errors?.[0]?.extensions.code).toBe('QUERY_TOO_COMPLEX')
    const filter = `${'{"not":'.repeat(10_000)}{"column":"a","eq":1}${'}'.repeat(10_000)}`
    const body = `{"query":"query ($input: QueryInput!) { query(input: $input) { rows } }","variables":{"input":{"from":{"table":"x"},"where":${filter}}}}`
    const response = await fetch(`${hub.url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    const deep = (await response.json()) as { errors?: { extensions: { code: string } }[] }
    expect(deep.errors?.[0]?.extensions.code).toBe('QUERY_TOO_COMPLEX')
  })

  test('a harvest is for operators', async () => {
    expect((await hub.ask('mutation { harvest(spoke: "gla") { status } }')).errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED')
    const forged = await hub.ask('mutation { harvest(spoke: "gla") { status } }', {}, { authorization: 'Bearer eyJhbGciOiJub25lIn0.e30.' })
    expect(forged.errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED')
  })

  test('health: live, ready, and keys that spokes may pin', async () => {
    expect(await (await fetch(`${hub.url}/health/live`)).json()).toEqual({ status: 'UP' })
    expect(await (await fetch(`${hub.url}/health/ready`)).json()).toEqual({ status: 'UP', notReady: [] })
    expect(await (await fetch(`${hub.url}/.well-known/jwks.json`)).json()).toMatchObject({
      keys: [
        { kty: 'OKP', crv: 'Ed25519', use: 'sig' },
        { kty: 'OKP', crv: 'Ed25519', use: 'audit', kid: expect.stringMatching(/\/audit\+[0-9a-f]{8}\+/) },
      ],
    })
  })
})
