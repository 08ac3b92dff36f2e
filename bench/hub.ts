/**
 * The hub's latency over HTTP, each number beside a baseline of the same run. `npm run bench:hub`
 * - an aggregate over two boroughs;
 * - a page of 20 datasets with publisher, tables and columns; baseline: the same bytes as a constant from the same kind of server;
 * - 10,000 rows × 10 columns by `rows`; baselines: the same JSON text made by DuckDB in a bare handler, and that text as a constant.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Fastify from 'fastify'
import { DuckDbEngine } from '../src/engine/duckdb.js'
import { startTestHub } from '../test/support/dials.js'
import { constantGraph } from './constant-graph.js'
import { bareServer, inTurn, machine, ms, post } from './support.js'

const folder = await mkdtemp(join(tmpdir(), 'seven-dials-bench-'))
const engine = await DuckDbEngine.open({ folders: [folder], memoryMb: 512 })
const session = await engine.connect()
const yaml: string[] = ['name: Bench', 'spokes:']
for (const spoke of ['east', 'west']) {
  const data = join(folder, spoke, 'data')
  await mkdir(data, { recursive: true })
  for (let index = 0; index < 12; index++) {
    const sql = `SELECT i AS id, 'place ' || i AS name, 'NW' || (i % 9) || ' 1AA' AS postcode, i % 30 AS ward, i * 1.5 AS cost, DATE '2024-01-01' + (i % 700)::INTEGER AS opened,
      i % 2 = 0 AS open, i * 7 AS uprn, -0.1 + i / 1e5 AS longitude, 51.5 + i / 1e5 AS latitude FROM range(20000) t(i)`
    await session.run(`COPY (${sql}) TO '${data}/places-${index}.parquet' (FORMAT parquet)`)
  }
  await writeFile(
    join(folder, spoke, 'spoke.yaml'),
    `id: ${spoke}\nsources:\n  - connector: files\n    config: { folder: ./data, defaultAccess: OPEN }\n`,
  )
  yaml.push(
    `  - id: ${spoke}`,
    `    organisation: { name: ${spoke} }`,
    '    connector: spoke',
    `    config: { process: ./${spoke}/spoke.yaml }`,
  )
}
await writeFile(join(folder, 'hub.yaml'), yaml.join('\n'))
const hub = await startTestHub(join(folder, 'hub.yaml'))
await hub.harvested('east', 'west')
const graph = `${hub.url}/graphql`
console.log(`over HTTP on loopback, ${machine()}; medians`)

const aggregate = JSON.stringify({
  query:
    '{ query(input: { from: { union: ["east/places-0/places-0", "west/places-0/places-0"] }, groupBy: [{ column: "_spoke" }], measures: [{ function: COUNT }, { function: AVG, column: "cost" }] }) { rows } }',
})
const [both, viewer] = await inTurn(
  200,
  () => post(graph, aggregate),
  () => post(graph, JSON.stringify({ query: '{ viewer { subject } }' })),
)
console.log(`two-borough aggregate: p50 ${ms(both.p50)}, p95 ${ms(both.p95)} (an operation that reads nothing: ${ms(viewer.p50)})`)

const page = JSON.stringify({
  query:
    '{ datasets(first: 20) { totalCount nodes { id title access publisher { id name } tables { id title rowCount columns { name type nullable semanticType } } } } }',
})
const pageText = await post(graph, page)
const constant = Fastify()
constant.post('/graphql', (_request, reply) => reply.type('application/json').send(pageText))
const constantUrl = `${await constant.listen({ host: '127.0.0.1', port: 0 })}/graphql`
const graphql = `${await constantGraph(pageText)}/graphql`
const [whole, fixed] = await inTurn(
  200,
  () => post(graph, page),
  () => post(graphql, page),
)
const [, text] = await inTurn(
  200,
  () => post(graph, JSON.stringify({ query: '{ viewer { subject } }' })),
  () => post(constantUrl, page),
)
console.log(
  `page of 20 datasets (${(pageText.length / 1000).toFixed(0)} kB): ${ms(whole.p50)} = ${(whole.p50 / fixed.p50).toFixed(2)} × the same server answering the same from memory ` +
    `(${ms(fixed.p50)}); the bytes alone: ${ms(text.p50)}`,
)

const rows = JSON.stringify({ query: '{ table(id: "east/places-0/places-0") { rows(limit: 10000) { rows } } }' })
const rowsText = await post(graph, rows)
const cells = ['c0', 'to_json(c1)', 'to_json(c2)', 'c3', 'c4', "'\"' || c5 || '\"'", 'c6', 'c7', 'c8', 'c9'].map(
  (cell) => `coalesce(CAST(${cell} AS VARCHAR), 'null')`,
)
const names = ['id', 'name', 'postcode', 'ward', 'cost', 'opened', 'open', 'uprn', 'longitude', 'latitude'].map(
  (name, index) => `${name} AS c${index}`,
)
const made = await bareServer((_request, response) => {
  void session
    .rows(
      `SELECT '[' || string_agg(concat('[', ${cells.join(", ',', ")}, ']'), ',') || ']' AS text FROM (SELECT ${names.join(', ')} FROM '${folder}/east/data/places-0.parquet' LIMIT 10000)`,
    )
    .then(([row]) => response.setHeader('content-type', 'application/json').end(String(row?.['text'])))
})
const ready = await bareServer((_request, response) => response.setHeader('content-type', 'application/json').end(rowsText))
const [spliced, bare] = await inTurn(
  60,
  () => post(graph, rows),
  () => post(made.url, rows),
)
const [, text10k] = await inTurn(
  60,
  () => post(graph, rows),
  () => post(ready.url, rows),
)
console.log(
  `10,000 rows × 10 columns (${(rowsText.length / 1e6).toFixed(1)} MB): ${ms(spliced.p50)} = ${(spliced.p50 / bare.p50).toFixed(2)} × a bare handler whose DuckDB makes the same text ` +
    `(${ms(bare.p50)}); the text ready-made: ${ms(text10k.p50)}`,
)

await hub.stop()
await session.close()
await engine.close()
for (const { server } of [made, ready]) server.close()
await constant.close()
await rm(folder, { recursive: true, force: true })
process.exit(0)
