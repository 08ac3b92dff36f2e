import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Relation } from '../../src/connector/relation.js'
import type { Source } from '../../src/connector/source.js'
import { missing, openPooler, type Pooler } from '../support/pgbouncer.js'
import { failureOf } from '../support/query.js'
import { openTestPostgres, type TestPostgres } from './support/open-postgres.js'
import { answer, datasetsOf, harvestAll, limits, scanOfDataset } from './support/source.js'

if (missing !== undefined) console.warn(`The tests of PostgreSQL behind a pooler are skipped: ${missing}`)

const large: Relation = {
  op: 'scan',
  table: 'large/large',
  columns: [
    { name: 'n', type: 'INT64' },
    { name: 'text', type: 'STRING' },
  ],
}
const slow: Relation = { op: 'scan', table: 'slow/slow', columns: [{ name: 'n', type: 'INT64' }] }

describe.skipIf(missing !== undefined)(`PostgreSQL behind a pooler${missing === undefined ? '' : ` (skipped: ${missing})`}`, () => {
  let postgres: TestPostgres
  let pooler: Pooler
  let source: Source
  beforeAll(async () => {
    postgres = await openTestPostgres()
    await postgres.run(`
      CREATE TABLE large AS SELECT n, 'a text of some length ' || n AS text FROM generate_series(1, 150000) AS n;
      CREATE VIEW slow AS SELECT n FROM generate_series(1, 3) AS n, pg_sleep(300);
      CREATE VIEW stuck AS SELECT n FROM generate_series(1, 125000) AS n UNION ALL SELECT 0 FROM pg_sleep(300);
      CREATE TABLE written_forms AS SELECT bytea '\\x00ff' AS by, interval '1 day 02:00' AS i, timestamptz '2026-01-02 03:04:05+02' AS z, 0.1::float8 AS x, ARRAY[date '2026-01-02'] AS d`)
    // Each client gets the one connection to the server that others had.
    pooler = await openPooler(postgres.readerUrl, { mode: 'transaction', poolSize: 1 })
    source = await postgres.open({ url: pooler.url })
  })
  afterAll(async () => {
    await postgres.close()
    await pooler.close()
  })

  const running = async () =>
    (
      await postgres.rows(
        `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND state <> 'idle' AND pid <> pg_backend_pid()`,
      )
    ).length

  /** What another client of the pooler is told. */
  async function asked(sql: string): Promise<unknown[]> {
    const client = new pg.Client({ connectionString: pooler.url, ssl: false })
    await client.connect()
    try {
      return (await client.query<object>(sql)).rows
    } finally {
      await client.end()
    }
  }

  it('is harvested and read, by several at once', async () => {
    expect(await source.health(limits().signal)).toEqual({ status: 'UP' })
    const listed = await postgres.open({ url: pooler.url, tables: ['large', 'written_forms'] })
    const events = await harvestAll(listed)
    expect(datasetsOf(events).map(({ id, tables: [table] }) => [id, table?.rowCount])).toEqual([
      ['large', 150_000],
      ['written-forms', 1],
    ])
    expect(events.at(-1)).toEqual({ kind: 'complete' })
    const sums: Relation = {
      op: 'aggregate',
      groups: [],
      measures: [{ function: 'SUM', input: { kind: 'column', index: 0 } }],
      input: large,
    }
    const answers = await Promise.all(Array.from({ length: 8 }, (_, at) => answer(postgres.bench, source, at % 4 === 0 ? large : sums)))
    expect(answers.map(({ report }) => report.rows)).toEqual([150_000, 1, 1, 1, 150_000, 1, 1, 1])
    expect(answers[1]?.rows).toEqual([['11250075000']])
  })

  it('gives values as ever, whatever another client has set, and leaves it as that was', async () => {
    const settings = {
      bytea_output: 'escape',
      intervalstyle: 'sql_standard',
      timezone: 'Asia/Tokyo',
      datestyle: 'German, DMY',
      extra_float_digits: '-10',
      statement_timeout: '7s',
      lock_timeout: '3s',
    }
    await asked(
      Object.entries(settings)
        .map(([name, value]) => `SET ${name} = '${value}'`)
        .join('; '),
    )
    const listed = await postgres.open({ url: pooler.url, tables: ['written_forms'] })
    const [dataset] = datasetsOf(await harvestAll(listed))
    if (dataset === undefined) throw new Error('it was not harvested')
    expect((await answer(postgres.bench, listed, scanOfDataset(dataset))).rows).toEqual([
      ['\\x00ff', 'P1DT2H', '2026-01-02 01:04:05+00', '0.1', '["2026-01-02"]'],
    ])
    const names = [
      'bytea_output',
      'intervalstyle',
      'extra_float_digits',
      'statement_timeout',
      'lock_timeout',
      'transaction_read_only',
      'idle_in_transaction_session_timeout',
    ]
    expect(await asked(`SELECT ${names.map((name) => `current_setting('${name}') AS ${name}`).join(', ')}`)).toEqual([
      {
        bytea_output: 'escape',
        intervalstyle: 'sql_standard',
        extra_float_digits: '-10',
        statement_timeout: '7s',
        lock_timeout: '3s',
        transaction_read_only: 'off',
        idle_in_transaction_session_timeout: '0',
      },
    ])
    await asked('RESET ALL')
  })

  it('is cancelled at the server when the signal ends, its time is over, or the reader leaves, and answers the next', async () => {
    const abort = new AbortController()
    const scan = source.execute(source.plan({ relation: slow }, await source.capabilities([])), { ...limits(), signal: abort.signal })
    const failed = failureOf(async () => {
      for await (const part of scan.parts) await part.file.release()
    })
    await expect.poll(running).toBe(1)
    abort.abort()
    expect((await failed).code).toBe('SOURCE_TIMEOUT')
    await expect.poll(running).toBe(0)
    expect((await failureOf(() => answer(postgres.bench, source, slow, { deadline: Date.now() + 300 }))).code).toBe('SOURCE_TIMEOUT')
    await expect.poll(running).toBe(0)
    // The one has more to send when its reader leaves, the other sleeps by then.
    for (const table of ['large', 'stuck']) {
      const relation: Relation = { op: 'scan', table: `${table}/${table}`, columns: [{ name: 'n', type: 'INT64' }] }
      const left = source.execute(source.plan({ relation }, await source.capabilities([])), limits())
      for await (const part of left.parts) {
        await part.file.release()
        break
      }
      await expect.poll(running).toBe(0)
    }
    expect((await answer(postgres.bench, source, large)).report.rows).toBe(150_000)
  })

  it('is read where its pooler keeps sessions together too', async () => {
    const bySession = await openPooler(postgres.readerUrl, { mode: 'session', poolSize: 2 })
    const other = await postgres.open({ url: bySession.url })
    expect((await answer(postgres.bench, other, large)).report.rows).toBe(150_000)
    await other.close()
    await bySession.close()
  })

  it('is refused, with the pooler’s reason, where transactions are not kept together or a parameter is not taken', async () => {
    const byStatement = await openPooler(postgres.readerUrl, { mode: 'statement', poolSize: 1 })
    const refusals = {
      [byStatement.url]: /transaction blocks not allowed in statement pooling mode/,
      [`${pooler.url}?options=-c%20geqo%3Doff`]: /unsupported startup parameter/,
    }
    for (const [url, reason] of Object.entries(refusals)) {
      const refused = await postgres.open({ url })
      const error = await failureOf(() => harvestAll(refused))
      expect(error).toMatchObject({
        code: 'SOURCE_UNAVAILABLE',
        message:
          'A pooler before the database refuses the connection or its transactions. Its operator must see to the pooler, or to the url.',
      })
      expect((await refused.health(limits().signal)).message).toMatch(reason)
      expect((await failureOf(() => answer(postgres.bench, refused, large))).message).toBe(error.message)
    }
    await byStatement.close()
  })
})
