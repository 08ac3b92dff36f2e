import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dials, startTestHub, type TestHub } from '../support/dials.js'
import { freshDatabase, type FreshDatabase } from '../support/postgres.js'
import { startRogue } from '../support/spoke.js'
import { childSpoke, hubYaml, openWorkspace, twoSpokes, type Workspace } from '../support/workspace.js'

let workspace: Workspace
let database: FreshDatabase
let hub: TestHub
let rogue: { url: string; close(): Promise<void> }
beforeAll(async () => {
  rogue = await startRogue((_request, response) => response.writeHead(500).end())
  workspace = await openWorkspace({
    ...twoSpokes,
    'hub.yaml': hubYaml({ camden: childSpoke('camden'), barnet: childSpoke('barnet'), broken: ['spoke', `{ url: "${rogue.url}" }`] }),
  })
  database = await freshDatabase()
  hub = await startTestHub(workspace.hubYaml, { dataFolder: workspace.path('data'), env: { DATABASE_URL: database.url } })
  await hub.harvested('camden', 'barnet', 'broken')
})
afterAll(async () => {
  expect(await hub.stop()).toBe(0)
  await rogue.close()
  await database.drop()
  await workspace.remove()
})

/** `fetch` cannot set the Host header. */
function get(path: string, headers: Record<string, string> = {}): Promise<{ status: number; contentType: string; body: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(`${hub.url}${path}`, { headers }, (response) => {
      let body = ''
      response
        .setEncoding('utf8')
        .on('data', (text: string) => {
          body += text
        })
        .on('error', reject)
      response.on('end', () => resolve({ status: response.statusCode ?? 0, contentType: response.headers['content-type'] ?? '', body }))
    })
    sent.on('error', reject).end()
  })
}

/** The values of a metric, by its labels. */
async function figure(name: string): Promise<Record<string, number>> {
  const { body } = await get('/metrics')
  const lines = body.split('\n').flatMap((line) => {
    const found = new RegExp(`^${name}(?:\\{(.*)\\})? (\\S+)$`).exec(line)
    return found === null ? [] : [[found[1] ?? '', Number(found[2])] as const]
  })
  return Object.fromEntries(lines)
}

describe('metrics', () => {
  test('count operations by kind and outcome, and hold nothing that a client chose', async () => {
    const before = await figure('dials_operation_duration_seconds_count')
    await hub.ask('query Kilburn_secret { spokes { id } }')
    await hub.ask('query Kilburn_secret { no_such_field_kilburn }')
    await hub.ask('mutation Kilburn_secret { harvest(spoke: "kilburn") { id } }')
    await hub.ask('query Kilburn_secret { query(input: { from: { table: "kilburn/kilburn" } }) { rows } }')
    await hub.ask('{ kilburn')
    const after = await figure('dials_operation_duration_seconds_count')
    const more = Object.fromEntries(Object.entries(after).map(([labels, count]) => [labels, count - (before[labels] ?? 0)]))
    expect(more).toMatchObject({
      'kind="query",outcome="OK"': 1,
      'kind="query",outcome="UNKNOWN_TABLE"': 1,
    })
    expect(
      Object.entries(more)
        .filter(([labels]) => labels.startsWith('kind="mutation"'))
        .map(([, count]) => count),
    ).toEqual([1])
    expect(
      Object.entries(more)
        .filter(([labels]) => labels.startsWith('kind="unknown"'))
        .map(([, count]) => count)
        .reduce((sum, count) => sum + count),
    ).toBeGreaterThanOrEqual(2)
    expect((await get('/metrics')).body.toLowerCase()).not.toContain('kilburn')
  })

  test('report scans: count, duration and bytes', async () => {
    const scanned = await hub.ask(
      '{ query(input: { from: { union: ["camden/libraries/libraries", "barnet/libraries/libraries"] } }) { rowCount } }',
    )
    expect(scanned.errors).toBeUndefined()
    expect(await figure('dials_scan_duration_seconds_count')).toEqual({
      'spoke="camden",outcome="OK"': 1,
      'spoke="barnet",outcome="OK"': 1,
    })
    const bytes = await figure('dials_scan_bytes_total')
    expect(bytes['spoke="camden"']).toBeGreaterThan(100)
    expect(await figure('dials_scan_duration_seconds_bucket')).toMatchObject({ 'le="60",spoke="camden",outcome="OK"': 1 })
  })

  test('report harvests, sources, the engine and the process', async () => {
    expect(await figure('dials_harvests_total')).toMatchObject({
      'spoke="camden",status="COMPLETE"': 1,
      'spoke="broken",status="FAILED"': 1,
    })
    expect(await figure('dials_source_status')).toMatchObject({
      'spoke="camden",status="UP"': 1,
      'spoke="broken",status="UP"': 0,
      'spoke="broken",status="DOWN"': 1,
    })
    expect(await figure('dials_engine_queries')).toEqual({ 'state="running"': 0, 'state="waiting"': 0 })
    expect(await figure('dials_http_requests_in_flight'), 'this request').toEqual({ '': 1 })
    expect(await figure('process_resident_memory_bytes')).toHaveProperty([''])
    expect(await figure('nodejs_eventloop_lag_p99_seconds')).toHaveProperty([''])
    expect((await get('/metrics')).contentType).toMatch(/^text\/plain; version=0\.0\.4/)
  })
})

describe('who may see them', () => {
  const throughProxy = { 'x-forwarded-for': '192.0.2.7' }

  test('nobody from elsewhere: the answer is that of a path that does not exist', async () => {
    const nowhere = await get('/metricz', throughProxy)
    expect(nowhere.status).toBe(404)
    for (const headers of [
      throughProxy,
      { host: 'hub.example.org' },
      { ...throughProxy, authorization: 'Bearer not.a.token' },
      { ...throughProxy, authorization: 'Basic b3A6b3A=' },
    ]) {
      const refused = await get('/metrics', headers)
      expect({ ...refused, body: refused.body.replace('/metrics', '/metricz') }).toEqual(nowhere)
    }
  })

  test('an operator from anywhere, and no other token', async () => {
    const token = async (...scopes: string[]) => {
      const program = dials(['token', '--config', workspace.hubYaml, '--data-dir', hub.dataFolder, '--scope', ...scopes])
      expect(await program.exited).toBe(0)
      return { ...throughProxy, authorization: `Bearer ${program.output().trim()}` }
    }
    expect((await get('/metrics', await token('hub:operate'))).status).toBe(200)
    expect((await get('/metrics', await token('hub:other'))).status).toBe(404)
  })
})
