import { mkdir } from 'node:fs/promises'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { turnsMax } from '../../src/api/limits/turns.js'
import { startTestHub, type TestHub } from '../support/dials.js'
import { freshDatabase, type FreshDatabase } from '../support/postgres.js'
import { allGone, everyoneOf, type HubFamily, hubFamily, scansUnderWay, scratchOf, signal, until } from '../support/processes.js'
import { openWorkspace, twoSpokes, type Workspace } from '../support/workspace.js'

const rows = 2_000_000

let workspace: Workspace
let database: FreshDatabase
let hub: TestHub
let family: HubFamily
beforeAll(async () => {
  workspace = await openWorkspace({ ...twoSpokes, 'hub.yaml': `${twoSpokes['hub.yaml']}trustedProxies: [127.0.0.1]\n` })
  database = await freshDatabase()
  await mkdir(workspace.path('camden/data'), { recursive: true })
  const engine = await DuckDBInstance.create(':memory:')
  const connection = await engine.connect()
  await connection.run(
    `COPY (SELECT md5(range::VARCHAR) AS hash FROM range(${rows})) TO '${workspace.path('camden/data/hashes.parquet')}' (FORMAT parquet)`,
  )
  connection.closeSync()
  engine.closeSync()
  await start()
})
afterAll(async () => {
  await hub.stop()
  await database.drop()
  await workspace.remove()
})

async function start(): Promise<void> {
  hub = await startTestHub(workspace.hubYaml, { dataFolder: workspace.path('data'), env: { DATABASE_URL: database.url } })
  family = await hubFamily(hub, 'camden', 'barnet')
  await hub.harvested('camden', 'barnet')
}

const scansAtCamden = () => scansUnderWay(family.spokes.get('camden') as number)
const atCamden = async () => (await scansAtCamden()).length

/** Counts what holds none of so many words: about a second of work for each 100 of them, and next to no memory. */
const longInput = (words: number) => ({
  from: {
    members: [
      { table: 'camden/hashes/hashes', columns: [{ column: 'hash', as: 'text' }] },
      { table: 'barnet/libraries/libraries', columns: [{ column: 'Name', as: 'text' }] },
    ],
  },
  where: { not: { or: Array.from({ length: words }, (_, index) => ({ column: 'text', contains: `no hash ${index}` })) } },
  groupBy: [{ column: '_spoke' }],
  measures: [{ function: 'COUNT' }],
  orderBy: [{ column: '_spoke' }],
})
const fields = 'rows complete sources { spoke status error { code } }'
const body = (input: object) =>
  JSON.stringify({ query: `query ($input: QueryInput!) { query(input: $input) { ${fields} } }`, variables: { input } })

/** A query of a client that can go away. */
function leaving(input: object, headers: Record<string, string> = {}) {
  const client = new AbortController()
  const answer = fetch(`${hub.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: body(input),
    signal: client.signal,
  }).then((response) => response.json() as Promise<unknown>)
  answer.catch(() => undefined)
  return { answer, leave: () => client.abort() }
}

const query = (input: object) => hub.ask<{ query: object }>(`query ($input: QueryInput!) { query(input: $input) { ${fields} } }`, { input })
const answerTo = async (input: object) => {
  const { data, errors } = await query(input)
  expect(errors).toBeUndefined()
  return data?.query
}

/** Far more than any of these tests waits for: what ends sooner was ended. */
const long = longInput(4_500)

describe('a query that takes long', () => {
  test('ends at its time with SOURCE_TIMEOUT, at the spoke as well, and the spoke is not taken for dead', async () => {
    const answer = await query({ ...long, timeoutMs: 50 })
    expect(answer).toMatchObject({
      data: { query: null },
      errors: [{ extensions: { code: 'SOURCE_TIMEOUT', transaction: expect.any(String) as never } }],
    })
    await until('nothing runs at the spoke', async () => (await atCamden()) === 0)
    await until(
      'the spoke is UP',
      async () => (await hub.ask<{ spoke: { status: string } }>('{ spoke(id: "camden") { status } }')).data?.spoke.status === 'UP',
    )
  })

  test('ends at the spoke when its client goes away', async () => {
    const other = leaving({ ...long, timeoutMs: 120_000 })
    const [first] = await until('another runs at the spoke', async () => ((await atCamden()) === 1 ? scansAtCamden() : undefined))
    const { answer, leave } = leaving({ ...long, timeoutMs: 120_000 })
    await until('it runs at the spoke', async () => (await atCamden()) === 2)
    leave()
    await expect(answer).rejects.toThrow()
    // The other is the same query and began before: while that runs, this one has not come to its own end.
    await until('the other alone runs', async () => (await scansAtCamden()).join() === first)
    other.leave()
    await until('none runs', async () => (await atCamden()) === 0)
    expect(scratchOf([family.hub])).toHaveLength(1)
  })

  test('sixteen at once of one address run four at a time, and leave health, the catalogue, other spokes and other addresses answering', async () => {
    const all = Array.from({ length: 16 }, () => leaving({ ...longInput(500), timeoutMs: 120_000 }, { 'x-forwarded-for': '192.0.2.1' }))
    try {
      await until('four run at the spoke', async () => (await atCamden()) === turnsMax.ofAddress)
      expect((await fetch(`${hub.url}/health/live`)).status).toBe(200)
      expect(await (await fetch(`${hub.url}/health/ready`)).json()).toEqual({ status: 'UP', notReady: [] })
      expect((await hub.ask('{ spokes { id } }')).data).toEqual({ spokes: [{ id: 'camden' }, { id: 'barnet' }] })
      expect(await answerTo({ from: { table: 'barnet/libraries/libraries' }, measures: [{ function: 'COUNT' }] })).toMatchObject({
        rows: [[1]],
      })
      expect(await atCamden(), 'they still run').toBe(turnsMax.ofAddress)
    } finally {
      for (const { leave } of all) leave()
    }
    await until('none runs', async () => (await atCamden()) === 0)
    expect(await answerTo({ from: { table: 'camden/hashes/hashes' }, measures: [{ function: 'COUNT' }] })).toMatchObject({ rows: [[rows]] })
  })

  test('is passed over at its time under PARTIAL, told as TIMED_OUT', async () => {
    expect(await answerTo({ ...long, timeoutMs: 8_000, onSourceError: 'PARTIAL' })).toEqual({
      rows: [['barnet', 1]],
      complete: false,
      sources: [
        { spoke: 'camden', status: 'TIMED_OUT', error: { code: 'SOURCE_TIMEOUT' } },
        { spoke: 'barnet', status: 'OK', error: null },
      ],
    })
    await until('nothing runs at the spoke', async () => (await atCamden()) === 0)
  })
})

describe('a hub that is stopped while a query runs', () => {
  test('finishes it first', async () => {
    const { answer } = leaving(longInput(100))
    await until('it runs at the spoke', async () => (await atCamden()) === 1)
    const ended = hub.stop()
    expect(await answer).toEqual({
      data: {
        query: expect.objectContaining({
          rows: [
            ['barnet', 1],
            ['camden', rows],
          ],
          complete: true,
        }) as never,
      },
    })
    expect(await ended).toBe(0)
  })

  test('ends at once at a second signal, and so do its spokes', async () => {
    await start()
    const { answer } = leaving({ ...long, timeoutMs: 120_000 })
    await until('it runs at the spoke', async () => (await atCamden()) === 1)
    signal([family.launcher], 'SIGTERM')
    await hub.line(/"msg":"stopping"/)
    const code = await until('it has ended', async () => {
      signal([family.launcher], 'SIGTERM')
      return Promise.race([hub.exited, Promise.resolve(undefined)])
    })
    expect(code).toBe(130)
    expect(await answer.catch(() => 'broken off')).toBe('broken off')
    await allGone(everyoneOf(family))
  })
})
