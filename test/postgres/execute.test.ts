import { readdir } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Relation } from '../../src/connector/relation.js'
import type { ScanOptions, Source } from '../../src/connector/source.js'
import { openDatabaseProxy } from '../support/database-proxy.js'
import { failureOf } from '../support/query.js'
import { openTestPostgres, type TestPostgres } from './support/open-postgres.js'
import { answer, limits } from './support/source.js'

const million: Relation = {
  op: 'scan',
  table: 'million/million',
  columns: [
    { name: 'n', type: 'INT64' },
    { name: 'text', type: 'STRING' },
  ],
}
const slow: Relation = { op: 'scan', table: 'slow/slow', columns: [{ name: 'n', type: 'INT64' }] }

let postgres: TestPostgres
beforeAll(async () => {
  postgres = await openTestPostgres()
  await postgres.run(`
    CREATE TABLE million AS SELECT n, 'a text of some length ' || n AS text FROM generate_series(1, 1000000) AS n;
    CREATE VIEW slow AS SELECT n FROM generate_series(1, 3) AS n, pg_sleep(300);
    CREATE TABLE written (n int);
    CREATE FUNCTION write() RETURNS int LANGUAGE sql AS 'INSERT INTO written VALUES (1) RETURNING n';
    CREATE VIEW writing AS SELECT write() AS n`)
})
afterAll(() => postgres.close())

async function start(source: Source, relation: Relation, options: Partial<ScanOptions> = {}) {
  const planned = source.plan({ relation }, await source.capabilities([]))
  return source.execute(planned, { ...limits(), ...options })
}

const landed = async () => (await readdir(postgres.bench.folder)).filter((name) => !name.startsWith('store-'))
const running = async () => (await postgres.backends()).filter(({ state }) => state === 'active').length
/** What was cancelled runs no more. It takes tens of milliseconds; five seconds are for a machine under load. */
const nothingRuns = () => expect.poll(running, { interval: 20 }).toBe(0)

describe('a scan of PostgreSQL', () => {
  it('is cancelled at the server when its signal ends', async () => {
    const source = await postgres.open()
    const abort = new AbortController()
    const scan = await start(source, slow, { signal: abort.signal })
    const failed = failureOf(async () => {
      for await (const part of scan.parts) await part.file.release()
    })
    await expect.poll(running).toBe(1)
    abort.abort()
    await nothingRuns()
    expect((await failed).code).toBe('SOURCE_TIMEOUT')
    expect((await failureOf(() => scan.report)).code).toBe('SOURCE_TIMEOUT')
  })

  it('is cancelled at the server when its deadline comes, or when the statement takes too long', async () => {
    const source = await postgres.open({ statementTimeoutMs: 200 })
    expect((await failureOf(() => answer(postgres.bench, source, slow))).code).toBe('SOURCE_TIMEOUT')
    const patient = await postgres.open()
    expect((await failureOf(() => answer(postgres.bench, patient, slow, { deadline: Date.now() + 300 }))).code).toBe('SOURCE_TIMEOUT')
    await nothingRuns()
  })

  it('ends at the server when its reader leaves, and leaves no file', async () => {
    const source = await postgres.open()
    const scan = await start(source, million)
    for await (const part of scan.parts) {
      await part.file.release()
      break
    }
    await nothingRuns()
    expect((await failureOf(() => scan.report)).code).toBe('SOURCE_UNAVAILABLE')
    expect(await landed()).toEqual([])
  })

  it('reads no faster than its parts are taken', async () => {
    const source = await postgres.open()
    const scan = await start(source, million)
    const parts = scan.parts[Symbol.asyncIterator]()
    const first = await parts.next()
    const waits = async () =>
      (
        await postgres.rows(
          `SELECT wait_event FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'COPY%' AND state = 'active'`,
        )
      ).map(({ wait_event }) => wait_event)
    await expect.poll(waits).toEqual(['ClientWrite'])
    expect(await landed()).toHaveLength(1)
    if (first.done !== true) await first.value.file.release()
    let most = 0
    for (let next = await parts.next(); next.done !== true; next = await parts.next()) {
      most = Math.max(most, (await landed()).length)
      await next.value.file.release()
    }
    expect(most).toBe(1)
    expect((await scan.report).rows).toBe(1_000_000)
  })

  it('keeps to its limits, and leaves nothing behind', async () => {
    const source = await postgres.open()
    expect((await failureOf(() => answer(postgres.bench, source, million, { rowsMax: 10 }))).code).toBe('RESULT_TOO_LARGE')
    expect((await failureOf(() => answer(postgres.bench, source, million, { bytesMax: 100_000 }))).code).toBe('RESULT_TOO_LARGE')
    const counted: Relation = { op: 'limit', count: 10, offset: 0, input: million }
    expect((await answer(postgres.bench, source, counted, { rowsMax: 10 })).rows).toHaveLength(10)
    await nothingRuns()
    expect(await landed()).toEqual([])
  })

  it('says so when the connection is lost, and works again when there is one', async () => {
    const proxy = await openDatabaseProxy(postgres.readerUrl)
    const source = await postgres.open({ url: proxy.url })
    const scan = await start(source, slow)
    const failed = failureOf(async () => {
      for await (const part of scan.parts) await part.file.release()
    })
    await expect.poll(running).toBe(1)
    await proxy.refuse()
    expect((await failed).code).toBe('SOURCE_UNAVAILABLE')
    expect((await source.health(limits().signal)).status).toBe('DOWN')
    await proxy.restore()
    expect((await answer(postgres.bench, source, { op: 'limit', count: 1, offset: 0, input: million })).rows).toHaveLength(1)
    expect((await source.health(limits().signal)).status).toBe('UP')
    await source.close()
    await proxy.close()
    await postgres.run(
      `SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%"slow"%' AND pid <> pg_backend_pid()`,
    )
  })

  it('is given up when its time is over and the network has gone silent', async () => {
    const proxy = await openDatabaseProxy(postgres.readerUrl)
    const source = await postgres.open({ url: proxy.url })
    const abort = new AbortController()
    const scan = await start(source, million, { signal: abort.signal })
    const parts = scan.parts[Symbol.asyncIterator]()
    const first = await parts.next()
    if (first.done !== true) await first.value.file.release()
    proxy.stall()
    const failed = failureOf(async () => {
      for (let next = await parts.next(); next.done !== true; next = await parts.next()) await next.value.file.release()
    })
    abort.abort()
    expect((await failed).code).toBe('SOURCE_TIMEOUT')
    expect(await landed()).toEqual([])
    await source.close()
    await proxy.close()
    await nothingRuns()
  })

  it('says so when the server ends the backend amid the rows', async () => {
    const source = await postgres.open()
    const scan = await start(source, million)
    const parts = scan.parts[Symbol.asyncIterator]()
    const first = await parts.next()
    if (first.done !== true) await first.value.file.release()
    await postgres.run(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'COPY%' AND pid <> pg_backend_pid()`,
    )
    const error = await failureOf(async () => {
      for (let next = await parts.next(); next.done !== true; next = await parts.next()) await next.value.file.release()
    })
    expect(error.code).toBe('SOURCE_UNAVAILABLE')
    expect(await landed()).toEqual([])
  })

  it('writes nothing, whatever a view does', async () => {
    const source = await postgres.open()
    expect((await failureOf(() => answer(postgres.bench, source, { ...slow, table: 'writing/writing' } as Relation))).code).toBe(
      'SOURCE_UNAVAILABLE',
    )
    expect(await postgres.rows('SELECT * FROM written')).toEqual([])
  })

  it('knows no table but those that are listed, and no column that is not there', async () => {
    await postgres.run('CREATE SCHEMA hidden; CREATE TABLE hidden.million AS SELECT 1 AS n; CREATE TABLE other AS SELECT 1 AS n')
    const source = await postgres.open({ tables: ['million'] })
    for (const table of [
      'hidden-million/hidden-million',
      'other/other',
      'pg-class/pg-class',
      'million',
      'million" AS t; DROP TABLE million --',
    ]) {
      expect((await failureOf(() => answer(postgres.bench, source, { ...million, table } as Relation))).code).toBe('SOURCE_UNAVAILABLE')
    }
    for (const column of [
      { name: 'ctid', type: 'STRING' as const },
      { name: 'n', type: 'STRING' as const },
      { name: 'n" FROM million --', type: 'INT64' as const },
    ]) {
      expect((await failureOf(() => answer(postgres.bench, source, { ...million, columns: [column] } as Relation))).message).toContain(
        'right again after the next harvest',
      )
    }
  })

  it('tells neither password nor SQL in what it throws', async () => {
    const url = new URL(postgres.readerUrl)
    url.password = 'hunter2-secret'
    url.username = 'nobody-known'
    const source = await postgres.open({ url: url.href })
    const error = await failureOf(() => answer(postgres.bench, source, million))
    const health = await source.health(limits().signal)
    expect(error.code).toBe('SOURCE_UNAVAILABLE')
    expect(`${error.message} ${String(error.cause)} ${JSON.stringify(health)}`).not.toMatch(/hunter2|SELECT/)
  })

  it('closes twice, and leaves no connection', async () => {
    const before = (await postgres.backends()).length
    const source = await postgres.open()
    await answer(postgres.bench, source, { op: 'limit', count: 1, offset: 0, input: million })
    expect(await postgres.backends()).toHaveLength(before + 1)
    await source.close()
    await source.close()
    await expect.poll(async () => (await postgres.backends()).length).toBe(before)
    expect((await failureOf(() => answer(postgres.bench, source, million))).code).toBe('SOURCE_UNAVAILABLE')
    expect((await source.health(limits().signal)).status).toBe('DOWN')
  })
})
