import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Relation } from '../../src/connector/relation.js'
import type { Source } from '../../src/connector/source.js'
import { openPostgresServer, type PostgresServer } from '../support/postgres-server.js'
import { failureOf } from '../support/query.js'
import { openTestPostgres, type TestPostgres } from './support/open-postgres.js'
import { answer, datasetsOf, harvestAll, limits, scanOfDataset } from './support/source.js'
import { remainingOps } from '../support/planned.js'

let primary: PostgresServer
let standby: PostgresServer
let bench: TestPostgres
let source: Source

/** As a role that may read two tables and a view, and sees no other. */
const readerOf = (url: string) => Object.assign(new URL(url), { username: 'reader', password: 'reads' })

beforeAll(async () => {
  bench = await openTestPostgres()
  primary = await openPostgresServer()
  await primary.rows(`
    CREATE TABLE libraries (name text PRIMARY KEY, visits int, opened timestamptz, income numeric(10,2));
    INSERT INTO libraries VALUES ('Kilburn', 100, '1894-01-30Z', 12.50), ('Holborn', 250, '1960-07-01Z', NULL), ('Swiss Cottage', 400, '1964-11-10Z', 0.05);
    CREATE TABLE large AS SELECT n, 'a text of some length ' || n AS text FROM generate_series(1, 300000) AS n;
    ANALYZE large;
    CREATE VIEW slow AS SELECT visits AS n FROM libraries, pg_sleep(300) ORDER BY 1;
    CREATE TABLE withheld AS SELECT 1 AS n;
    CREATE UNLOGGED TABLE unlogged AS SELECT 1 AS n;
    CREATE ROLE reader LOGIN PASSWORD 'reads';
    GRANT SELECT ON libraries, large, slow, unlogged TO reader`)
  await primary.stop()
  const copyOf = primary.folder
  await primary.start()
  const { port, password } = new URL(primary.url)
  standby = await openPostgresServer({
    copyOf,
    // It gives a query up at once where the primary's changes are in its way.
    settings: [
      'hot_standby = on',
      'max_standby_streaming_delay = 0',
      'wal_retrieve_retry_interval = 100ms',
      `primary_conninfo = 'host=127.0.0.1 port=${port} user=postgres password=${password}'`,
    ],
    files: { 'standby.signal': '' },
  })
  source = await bench.open({ url: readerOf(standby.url).href, tables: ['libraries', 'large', 'slow'] })
})
afterAll(async () => {
  await bench.close()
  await standby.remove()
  await primary.remove()
})

const libraries: Relation = {
  op: 'scan',
  table: 'libraries/libraries',
  columns: [
    { name: 'name', type: 'STRING' },
    { name: 'visits', type: 'INT64' },
    { name: 'income', type: 'DECIMAL', scale: 2 },
  ],
}
const large: Relation = {
  op: 'scan',
  table: 'large/large',
  columns: [
    { name: 'n', type: 'INT64' },
    { name: 'text', type: 'STRING' },
  ],
}
const slow: Relation = { op: 'scan', table: 'slow/slow', columns: [{ name: 'n', type: 'INT64' }] }
const running = async () =>
  (
    await standby.rows(
      `SELECT pid FROM pg_stat_activity WHERE application_name = 'seven-dials' AND usename = 'reader' AND state = 'active'`,
    )
  ).length

async function start(signal: AbortSignal) {
  const scan = source.execute(source.plan({ relation: slow }, await source.capabilities([])), { ...limits(), signal })
  const failed = failureOf(async () => {
    for await (const part of scan.parts) await part.file.release()
  })
  await expect.poll(running).toBe(1)
  return { failed }
}

describe('a hot standby of PostgreSQL', () => {
  it('is in recovery', async () => {
    expect(await standby.rows('SELECT pg_is_in_recovery() AS recovers')).toEqual([{ recovers: true }])
    expect(await source.health(limits().signal)).toEqual({ status: 'UP' })
  })

  it('is harvested, its large tables by a sample', async () => {
    const other = await bench.open({ url: readerOf(standby.url).href, tables: ['libraries', 'large', 'withheld', 'unlogged'] })
    const events = await harvestAll(other)
    expect(datasetsOf(events).map(({ id, tables: [table] }) => [id, table?.rowCount, table?.primaryKey, table?.problems])).toEqual([
      ['large', 300_000, undefined, []],
      ['libraries', 3, ['name'], []],
    ])
    expect(events.flatMap((event) => (event.kind === 'problem' ? [[event.sourceId, event.message]] : []))).toEqual([
      ['unlogged', 'public.unlogged: The database does not read this here: on a standby, for one, unlogged tables cannot be read.'],
      ['withheld', 'public.withheld: the role of this source may not read it. Its operator must grant SELECT on it.'],
    ])
    expect(events.at(-1)).toEqual({ kind: 'complete' })
    const [, dataset] = datasetsOf(events)
    if (dataset === undefined) throw new Error('it was not harvested')
    expect((await answer(bench.bench, other, scanOfDataset(dataset))).rows.sort()).toEqual([
      ['Holborn', '250', '1960-07-01 00:00:00+00', null],
      ['Kilburn', '100', '1894-01-30 00:00:00+00', '12.50'],
      ['Swiss Cottage', '400', '1964-11-10 00:00:00+00', '0.05'],
    ])
  })

  it('takes filters, aggregates, sorts and limits, and gives a large answer in parts', async () => {
    const visits = { kind: 'column' as const, index: 1 }
    const wellVisited: Relation = {
      op: 'filter',
      predicate: { kind: 'compare', comparison: 'gte', left: visits, right: { kind: 'literal', shape: { type: 'INT64' }, value: '200' } },
      input: libraries,
    }
    const sums = await answer(bench.bench, source, {
      op: 'aggregate',
      groups: [],
      measures: [{ function: 'SUM', input: visits }, { function: 'COUNT' }],
      input: wellVisited,
    })
    expect(sums.rows).toEqual([['650', '2']])
    expect(remainingOps(sums.planned)).toEqual([])
    const first = await answer(bench.bench, source, {
      op: 'limit',
      count: 1,
      offset: 0,
      input: { op: 'sort', keys: [{ column: 0, descending: true, nullsFirst: false }], input: libraries },
    })
    expect(first.rows).toEqual([['Swiss Cottage', '400', '0.05']])
    expect(remainingOps(first.planned)).toEqual([])
    expect((await answer(bench.bench, source, large)).report.rows).toBe(300_000)
  })

  it('cancels at the server, when the signal ends and when a statement takes too long', async () => {
    const abort = new AbortController()
    const { failed } = await start(abort.signal)
    abort.abort()
    expect((await failed).code).toBe('SOURCE_TIMEOUT')
    await expect.poll(running).toBe(0)
    expect((await failureOf(() => answer(bench.bench, source, slow, { deadline: Date.now() + 300 }))).code).toBe('SOURCE_TIMEOUT')
    await expect.poll(running).toBe(0)
  })

  it('shows what the primary has written by then', async () => {
    await primary.rows(`INSERT INTO libraries VALUES ('Queen''s Crescent', 50)`)
    await expect.poll(async () => (await answer(bench.bench, source, libraries)).report.rows).toBe(4)
  })

  it('says so when it gives a query up in favour of what the primary does, and answers the next', async () => {
    const { failed } = await start(limits().signal)
    await primary.rows('ALTER TABLE libraries ADD COLUMN staff int')
    expect(await failed).toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
      message: 'The database gave the query up in favour of other work. Try again in a moment.',
    })
    expect((await answer(bench.bench, source, libraries)).report.rows).toBe(4)
  })
})
