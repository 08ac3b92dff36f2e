import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestHub, type TestHub } from '../support/dials.js'
import { type DatabaseProxy, openDatabaseProxy } from '../support/database-proxy.js'
import { freshDatabase, type FreshDatabase } from '../support/postgres.js'
import { until } from '../support/processes.js'
import { hubYaml, openWorkspace, type Workspace } from '../support/workspace.js'

const folders = ['camden', 'barnet', 'lambeth']
const datasetsEach = 40

/** Two hubs over one database, the first of them by a way that can be shut. */
let workspace: Workspace
let database: FreshDatabase
let proxy: DatabaseProxy
let hubs: [TestHub, TestHub]
beforeAll(async () => {
  const files = folders.flatMap((id) =>
    Array.from({ length: datasetsEach }, (_, index) => [`${id}/table-${index}.csv`, `Name,Count\nA,${index}\n`] as const),
  )
  const spokes = Object.fromEntries(folders.map((id) => [id, ['files', `{ folder: ./${id}, defaultAccess: OPEN }`] as [string, string]]))
  workspace = await openWorkspace({ 'hub.yaml': hubYaml(spokes), ...Object.fromEntries(files) })
  database = await freshDatabase({ migrated: false })
  proxy = await openDatabaseProxy(database.url)
  const start = (name: string, url: string) =>
    startTestHub(workspace.hubYaml, { dataFolder: workspace.path(name), env: { DATABASE_URL: url } })
  hubs = await Promise.all([start('first', proxy.url), start('second', database.url)])
})
afterAll(async () => {
  expect(await Promise.all(hubs.map((hub) => hub.stop()))).toEqual([0, 0])
  await proxy.close()
  await database.drop()
  await workspace.remove()
})

const spokesQuery = '{ spokes { id } }'
const ready = async (hub: TestHub) => {
  const response = await fetch(`${hub.url}/health/ready`)
  return [response.status, await response.json()]
}
const live = async (hub: TestHub) => (await fetch(`${hub.url}/health/live`)).status
const countOf = (hub: TestHub, spoke: string) =>
  hub.ask<{ query: { rows: unknown } }>(
    `{ query(input: { from: { table: "${spoke}/table-7/table-7" }, measures: [{ function: SUM, column: "Count" }] }) { rows } }`,
  )

describe('two hubs that start at once on one empty database', () => {
  test('harvest each spoke once at a time, lose nothing, and both answer', async () => {
    // Whichever of the two hubs takes a spoke's harvest from the queue.
    await until(
      'every spoke is harvested',
      async () => (await database.knex('harvest_runs').where({ status: 'COMPLETE' }).distinct('spoke_id')).length === folders.length,
    )
    await until('no harvest is under way', async () => (await database.knex('harvest_runs').where({ status: 'RUNNING' })).length === 0)
    const runs = await database
      .knex('harvest_runs')
      .orderBy(['spoke_id', 'id'])
      .select('spoke_id', 'status', 'created', 'updated', 'removed', 'failed', 'started_at', 'finished_at')
    for (const id of folders) {
      const own = runs.filter(({ spoke_id: spoke }) => spoke === id)
      expect(own.map(({ status }) => status)).toEqual(own.map(() => 'COMPLETE'))
      expect(own.reduce((sum, { created }) => sum + Number(created), 0)).toBe(datasetsEach)
      expect(own.map(({ removed, failed }) => [removed, failed])).toEqual(own.map(() => [0, 0]))
      own.slice(1).forEach((run, index) => expect(run.started_at >= (own[index]?.finished_at as Date), 'one after the other').toBe(true))
    }
    for (const hub of hubs) {
      const { data } = await hub.ask<{ datasets: { totalCount: number } }>('{ datasets(first: 1) { totalCount } }')
      expect(data?.datasets.totalCount).toBe(folders.length * datasetsEach)
      expect((await countOf(hub, 'camden')).data?.query.rows).toEqual([['7']])
      expect(await ready(hub)).toEqual([200, { status: 'UP', notReady: [] }])
    }
  })
})

describe('a database', () => {
  const unavailable = { extensions: { code: 'SOURCE_UNAVAILABLE' } }

  test('that is gone is named by /health/ready, gives a coded error, and all is well when it is back', async () => {
    const [hub, other] = hubs
    await proxy.refuse()
    expect(await ready(hub)).toEqual([503, { status: 'DOWN', notReady: ['database'] }])
    expect(await live(hub)).toBe(200)
    expect(await hub.ask(spokesQuery)).toMatchObject({ data: null, errors: [unavailable] })
    const query = await countOf(hub, 'camden')
    expect(query).toMatchObject({ data: { query: null }, errors: [unavailable] })
    expect(JSON.stringify(query)).not.toMatch(/select|127\.0\.0\.1|ECONNREFUSED/i)
    expect((await countOf(other, 'camden')).data?.query.rows).toEqual([['7']])

    await proxy.restore()
    await until('it is ready again', async () => (await ready(hub))[0] === 200)
    expect((await countOf(hub, 'camden')).data?.query.rows).toEqual([['7']])
    expect((await hub.ask(spokesQuery)).errors).toBeUndefined()
  })

  test('that ends every connection is not missed for long', async () => {
    const [, hub] = hubs
    await database.knex.raw(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    )
    await until('it answers', async () => (await hub.ask(spokesQuery)).errors === undefined)
    expect(await ready(hub)).toEqual([200, { status: 'UP', notReady: [] }])
  })

  test('that stalls does not hold up the answer of /health', async () => {
    const [hub] = hubs
    // A connection that was in use before is one that stalls without knowing it.
    expect((await hub.ask(spokesQuery)).errors).toBeUndefined()
    proxy.stall()
    expect(await ready(hub)).toEqual([503, { status: 'DOWN', notReady: ['database'] }])
    expect(await live(hub)).toBe(200)
    await proxy.restore()
    await until('it is ready again', async () => (await ready(hub))[0] === 200)
    await until('it answers again', async () => (await hub.ask(spokesQuery)).errors === undefined)
  })

  test('never has its password in a log', () => {
    const password = new URL(database.url).password
    expect(password).not.toBe('')
    for (const hub of hubs) expect(hub.output()).not.toContain(password)
  })
})
