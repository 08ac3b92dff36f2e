import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

// Holds every new version of DuckDB against faults that were reported of its joins. An oracle on the same engine would hide them.

let folder: string
let instance: DuckDBInstance
let connection: DuckDBConnection
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seven-dials-joins-'))
  instance = await DuckDBInstance.create(':memory:', { temp_directory: join(folder, 'spilled'), threads: '1' })
  connection = await instance.connect()
})
afterAll(async () => {
  connection.closeSync()
  instance.closeSync()
  await rm(folder, { recursive: true, force: true })
})

const rows = async (sql: string) => (await connection.runAndReadAll(sql)).getRowsJson()

describe('a hash join that spills', () => {
  beforeAll(async () => {
    await connection.run('CREATE TABLE t AS SELECT (i % 25)::int AS a, i FROM range(3000000) tbl(i)')
    await connection.run('CREATE TABLE u AS SELECT (i % 25)::int AS b, 2999999 - i AS i FROM range(3000000) tbl(i)')
  })

  it.each([
    ['IN', 'SELECT count(*) FROM t WHERE a IN (SELECT b FROM u)', '3000000'],
    ['INNER', 'SELECT count(*) FROM t JOIN u USING (i)', '3000000'],
    ['LEFT', 'SELECT count(u.b) FROM t LEFT JOIN u USING (i)', '3000000'],
    ['ANTI', 'SELECT count(*) FROM t ANTI JOIN u USING (i)', '0'],
  ])('%s: every one of 3,000,000 rows', async (_, sql, count) => {
    await connection.run("SET memory_limit = '60MB'")
    try {
      expect(await rows(sql)).toEqual([[count]])
      expect(await rows('FROM duckdb_temporary_files()'), 'it has spilled').not.toEqual([])
    } finally {
      await connection.run('RESET memory_limit')
    }
  })
})

describe("DuckDB's own join filters: the same rows with and without", () => {
  const big = 'SELECT i AS k, i % 7 AS v FROM range(200000) tbl(i)'
  it.each([
    [
      'below a limit',
      `SELECT count(*) FROM (SELECT * FROM (${big}) ORDER BY k LIMIT 10) AS p JOIN (VALUES (5), (15)) AS b(k) USING (k)`,
      '1',
    ],
    [
      'below a limit with an offset',
      `SELECT count(*) FROM (SELECT * FROM (${big}) ORDER BY k LIMIT 10 OFFSET 10) AS p JOIN (VALUES (5), (15)) AS b(k) USING (k)`,
      '1',
    ],
    [
      'through a narrowing cast',
      `SELECT count(*) FROM (${big}) AS p JOIN (VALUES (5), (255)) AS b(k) ON TRY_CAST(p.k AS UTINYINT) = b.k`,
      '2',
    ],
    ['through a cast to text', `SELECT count(*) FROM (${big}) AS p JOIN (VALUES ('5'), ('05')) AS b(k) ON CAST(p.k AS VARCHAR) = b.k`, '1'],
    [
      'through a cast that rounds',
      `SELECT count(*) FROM (SELECT 2::BIGINT ** 53 + i AS k FROM range(4) tbl(i)) AS p JOIN (VALUES (2 ** 53)) AS b(k) ON CAST(p.k AS DOUBLE) = b.k`,
      undefined,
    ],
    [
      'under an aggregate',
      `SELECT count(*) FROM (SELECT v, max(k) AS k FROM (${big}) GROUP BY v) AS p JOIN (VALUES (199999), (5)) AS b(k) USING (k)`,
      '1',
    ],
    [
      'scattered keys',
      `SELECT count(*) FROM (${big}) AS p JOIN (SELECT (i * 7919) % 200003 AS k FROM range(1000) tbl(i)) AS b USING (k)`,
      undefined,
    ],
    [
      'null on both sides',
      `SELECT count(*) FROM (SELECT nullif(i % 3, 0) AS k FROM range(100000) tbl(i)) AS p JOIN (VALUES (NULL), (1)) AS b(k) USING (k)`,
      '33333',
    ],
  ])('%s', async (_, sql, count) => {
    const plain = await rows(sql)
    await connection.run("SET disabled_optimizers = 'join_filter_pushdown'")
    try {
      expect(await rows(sql)).toEqual(plain)
    } finally {
      await connection.run("SET disabled_optimizers = ''")
    }
    if (count !== undefined) expect(plain).toEqual([[count]])
  })
})
