import { copyFile, mkdir } from 'node:fs/promises'
import { request as send } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTraces } from '../../src/telemetry/start-traces.js'
import { dials, startTestHub, type TestHub } from '../support/dials.js'
import { freshDatabase, type FreshDatabase } from '../support/postgres.js'
import { issuer, quietLog, startRogue, startTestSpoke, type TestSpoke } from '../support/spoke.js'
import { type CollectedSpan, startTraceCollector, type TraceCollector } from '../support/trace-collector.js'
import { openWorkspace, type Workspace } from '../support/workspace.js'

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
const parentId = '00f067aa0ba902b7'
const traceparent = `00-${traceId}-${parentId}-01`

let workspace: Workspace
let database: FreshDatabase
let collector: TraceCollector
let spoke: TestSpoke
let wire: { url: string; close(): Promise<void> }
/** Traces of the requests that reached the spoke, by path. */
const asked: { path: string; headers: Record<string, unknown> }[] = []
let hub: TestHub

beforeAll(async () => {
  collector = await startTraceCollector()
  spoke = await startTestSpoke({ 'libraries.csv': 'Name,Postcode\nKilburn Centre,NW6 5UH\nHolborn,WC1X 8PA\n' })
  wire = await startRogue((request, response) => {
    asked.push({ path: request.url ?? '', headers: request.headers })
    const passed = send(`${spoke.url}${request.url}`, { method: request.method ?? 'GET', headers: request.headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers)
      answer.pipe(response)
    })
    request.pipe(passed)
  })
  workspace = await openWorkspace({
    'hub.yaml': `name: London\nissuer: "${issuer}"\nspokes:\n  - id: camden\n    organisation: { name: Borough of Camden }\n    connector: spoke\n    config: { url: "${wire.url}" }\n`,
  })
  // The spoke has these keys pinned.
  await mkdir(workspace.path('data'))
  await copyFile(join(spoke.folder, 'hub-key.json'), workspace.path('data/hub-key.json'))
  await copyFile(join(spoke.folder, 'audit-keys.json'), workspace.path('data/audit-keys.json'))
  database = await freshDatabase()
  hub = await startTestHub(workspace.hubYaml, {
    dataFolder: workspace.path('data'),
    env: { DATABASE_URL: database.url, OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_BSP_SCHEDULE_DELAY: '50' },
  })
  await hub.harvested('camden')
})
afterAll(async () => {
  expect(await hub.stop()).toBe(0)
  await wire.close()
  await spoke.remove()
  await collector.close()
  await database.drop()
  await workspace.remove()
})

const query = `query Kilburn_operation { query(input: { from: { table: "camden/libraries/libraries" }, where: { column: "Name", contains: "Kilburn" } }) { rows } }`

/** The spans of a trace, once its request's span has ended, which is the last. */
async function traceOf(id: string): Promise<CollectedSpan[]> {
  await expect.poll(() => collector.spans().filter((span) => span.traceId === id && span.kind === 2).length).toBe(1)
  return collector.spans().filter((span) => span.traceId === id)
}

/** Each span by its name, with those below it in the order of their names. */
function tree(spans: readonly CollectedSpan[], parent: string): Record<string, unknown> {
  const below = spans.filter(({ parentSpanId = '' }) => parentSpanId === parent)
  return Object.fromEntries(below.map((span) => [span.name, tree(spans, span.spanId)]))
}

const attributesOf = (spans: readonly CollectedSpan[], name: string) =>
  Object.fromEntries(
    (spans.find((span) => span.name === name)?.attributes ?? []).map(({ key, value }) => [key, value.stringValue ?? value.intValue]),
  )

describe('an operation', () => {
  test('is a tree from the client’s span to each fragment, and goes on at the spoke', async () => {
    const answer = await hub.ask<{ query: { rows: string[][] } }>(
      query,
      {},
      { traceparent, tracestate: 'vendor=kilburn', baggage: 'who=kilburn', 'x-request-id': 'request-0001' },
    )
    expect(answer.data?.query.rows).toEqual([['Kilburn Centre', 'NW6 5UH']])
    const spans = await traceOf(traceId)
    expect(tree(spans, parentId)).toEqual({
      'POST /graphql': { operation: { parse: {}, bind: {}, authorise: {}, plan: {}, record: {}, execute: { fragment: {} }, result: {} } },
    })
    expect(attributesOf(spans, 'POST /graphql')).toEqual({
      'http.request.method': 'POST',
      'http.route': '/graphql',
      'http.response.status_code': 200,
      'dials.request_id': 'request-0001',
    })
    expect(attributesOf(spans, 'operation')).toEqual({ 'graphql.operation.type': 'query' })
    expect(attributesOf(spans, 'fragment')).toEqual({ 'dials.spoke': 'camden', 'dials.bytes': expect.any(Number) })

    const scan = asked.find(({ path }) => path === '/scans')
    const fragment = spans.find(({ name }) => name === 'fragment')
    expect(scan?.headers['traceparent']).toBe(`00-${traceId}-${fragment?.spanId}-01`)
    expect(scan?.headers, 'a client’s own words go no further').not.toMatchObject({ tracestate: expect.anything() })
    expect(scan?.headers).not.toMatchObject({ baggage: expect.anything() })
  })

  test('that fails states its code and where it came from, and nothing else', async () => {
    const id = traceId.replace('4b', '5c')
    await hub.ask(query.replace('"Name"', '"Kilburn_column"'), {}, { traceparent: traceparent.replace(traceId, id) })
    const spans = await traceOf(id)
    expect(tree(spans, parentId)).toEqual({ 'POST /graphql': { operation: { parse: {}, bind: {} } } })
    for (const name of ['bind', 'operation', 'POST /graphql']) expect(attributesOf(spans, name)['dials.code'], name).toBe('UNKNOWN_COLUMN')
    expect(spans.find(({ name }) => name === 'bind')?.status).toEqual({ code: 2 })
  })

  test('without a valid traceparent begins a trace of its own', async () => {
    await hub.ask(
      '{ spokes { id } }',
      {},
      { traceparent: '00-00000000000000000000000000000000-0000000000000000-01', 'x-request-id': 'request-0002' },
    )
    const own = () => collector.spans().find((span) => span.attributes.some(({ value }) => value.stringValue === 'request-0002'))
    await expect.poll(own).toBeDefined()
    expect(own()?.parentSpanId ?? '').toBe('')
    expect(own()?.traceId).toMatch(/^(?!0+$)[0-9a-f]{32}$/)
  })

  test('leaves nothing of its text, its literals, its rows or its token in what is sent', async () => {
    const program = dials(['token', '--config', workspace.hubYaml, '--data-dir', hub.dataFolder])
    expect(await program.exited).toBe(0)
    const token = program.output().trim()
    const id = traceId.replace('4b', '6d')
    await hub.ask(query, {}, { authorization: `Bearer ${token}`, traceparent: traceparent.replace(traceId, id) })
    await traceOf(id)
    const sent = collector.text()
    expect(sent).toContain('"service.name"')
    for (const secret of ['Kilburn', 'kilburn', 'NW6 5UH', 'Postcode', token, token.split('.')[2] as string, 'Bearer', 'libraries'])
      expect(sent, secret).not.toContain(secret)
  })
})

test('without an endpoint nothing is traced', async () => {
  expect(await startTraces({}, quietLog)).toBeUndefined()
  expect(await startTraces({ OTEL_EXPORTER_OTLP_ENDPOINT: '' }, quietLog)).toBeUndefined()
  expect(await startTraces({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_SDK_DISABLED: 'true' }, quietLog)).toBeUndefined()
})

test.each(['is not there', 'never answers'])('a collector that %s costs no answer and holds up no stop', async (what) => {
  const stalls = await startRogue(() => undefined)
  if (what === 'is not there') await stalls.close()
  const fresh = await freshDatabase()
  const other = await startTestHub(workspace.hubYaml, {
    env: {
      DATABASE_URL: fresh.url,
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${stalls.url}/v1/traces`,
      OTEL_BSP_SCHEDULE_DELAY: '50',
      OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: '500',
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20collector-secret',
    },
  })
  expect((await other.ask('{ spokes { id } }')).errors).toBeUndefined()
  await other.line(/traces cannot be sent/)
  expect(await other.stop()).toBe(0)
  expect(other.output()).not.toContain('collector-secret')
  if (what !== 'is not there') await stalls.close()
  await fresh.drop()
})
