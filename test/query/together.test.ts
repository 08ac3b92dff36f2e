import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { everything } from '../../src/connector/capabilities.js'
import type { Shape } from '../../src/connector/column.js'
import { togetherSql } from '../../src/engine/parts/read-union.js'
import { runQuery } from '../../src/query/run.js'
import { type Bench, contextOf, openBench, tableOf, textOf } from '../support/query.js'
import { answering, partOf, scanOf } from './support/fault.js'
import { openTableSource } from './support/table-source.js'

let bench: Bench
beforeAll(async () => {
  bench = await openBench()
})
afterAll(() => bench.close())

/** The values of a union of spokes, in their order. Each spoke sends the value of one SQL text for a column `v` of this shape. */
async function valuesOfUnion(shape: Shape, ...sent: string[]): Promise<unknown[]> {
  const columns = [
    { name: 'at', type: 'INT64' },
    { name: 'v', ...shape },
  ] as const
  const own = await Promise.all(
    sent.map((_, at) =>
      openTableSource(bench.engine, bench.folder, [{ id: `s${at}/t/t`, spokeId: `s${at}`, columns, rows: [] }], everything),
    ),
  )
  try {
    const sources = Object.fromEntries(
      own.map((source, at) => [
        `s${at}`,
        answering(source, () =>
          scanOf(
            (async function* () {
              yield await partOf(bench, `SELECT CAST(${at} AS BIGINT) AS c0, ${sent[at]} AS c1`)
            })(),
          ),
        ),
      ]),
    )
    const tables = own.map((_, at) => tableOf(`s${at}/t/t`, columns))
    const result = await runQuery(
      { from: { union: tables.map(({ id }) => id) }, orderBy: [{ column: 'at' }] },
      contextOf(bench.hub, tables, sources),
    )
    const rows = JSON.parse(await textOf(result)) as unknown[][]
    await result.release()
    return rows.map(([, value]) => value)
  } finally {
    await Promise.all(own.map((source) => source.close()))
  }
}

describe('parts that are read together', () => {
  it.each<[string, Shape, [string, string], unknown[]]>([
    ['FLOAT before DOUBLE', { type: 'DOUBLE' }, ['CAST(0.5 AS FLOAT)', 'CAST(0.1 AS DOUBLE)'], [0.5, 0.1]],
    ['DOUBLE before FLOAT', { type: 'DOUBLE' }, ['CAST(0.1 AS DOUBLE)', 'CAST(0.5 AS FLOAT)'], [0.1, 0.5]],
    ['TINYINT before BIGINT', { type: 'INT64' }, ['CAST(1 AS TINYINT)', '1234567890123'], [1, 1234567890123]],
    [
      'a few digits before many',
      { type: 'DECIMAL', scale: 2 },
      ['CAST(1.5 AS DECIMAL(4, 2))', 'CAST(123456789.25 AS DECIMAL(38, 2))'],
      ['1.50', '123456789.25'],
    ],
    [
      'another scale before the planned one',
      { type: 'DECIMAL', scale: 2 },
      ['CAST(1 AS DECIMAL(10, 0))', 'CAST(0.25 AS DECIMAL(10, 2))'],
      ['1.00', '0.25'],
    ],
    [
      'DATE before TIMESTAMP',
      { type: 'TIMESTAMP' },
      ["DATE '2026-01-02'", "TIMESTAMP '2026-01-02 03:04:05.678901'"],
      ['2026-01-02T00:00:00', '2026-01-02T03:04:05.678901'],
    ],
    [
      'milliseconds before microseconds',
      { type: 'TIMESTAMP' },
      ["CAST('2026-01-02' AS TIMESTAMP_MS)", "TIMESTAMP '2026-01-02 03:04:05.678901'"],
      ['2026-01-02T00:00:00', '2026-01-02T03:04:05.678901'],
    ],
    ['numbers before the text that was planned', { type: 'STRING' }, ['7', "'seven'"], ['7', 'seven']],
    ['text before the numbers that were planned', { type: 'INT64' }, ["'7'", '8'], [7, 8]],
  ])('are what they are apart: %s', async (_, shape, sent, expected) => {
    expect(await valuesOfUnion(shape, ...sent)).toEqual(expected)
  })

  it('are those of all fragments of a union, where their types agree', () => {
    const scan = (table: string, type: Shape['type']) => ({ op: 'scan' as const, table, columns: [{ name: 'c0', type }] })
    const parts = new Map(['#0', '#1', '#2'].map((id) => [id, [{ path: `/${id}.parquet`, bytes: 1, release: () => Promise.resolve() }]]))
    const sqlOf = (...types: Shape['type'][]) => togetherSql({ op: 'union', inputs: types.map((type, at) => scan(`#${at}`, type)) }, parts)
    expect(sqlOf('STRING', 'STRING', 'STRING')).toContain(
      "FROM read_parquet(['/#0.parquet', '/#1.parquet', '/#2.parquet']) WHERE CASE WHEN typeof(c0) = 'VARCHAR' THEN true",
    )
    expect(sqlOf('STRING', 'INT64', 'STRING')).toBeUndefined()
    expect(sqlOf('STRING')).toBeUndefined()
  })
})
