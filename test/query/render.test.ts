import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { everything } from '../../src/connector/capabilities.js'
import type { ColumnType } from '../../src/connector/column.js'
import type { QueryResult } from '../../src/query/7-result/query-result.js'
import { runQuery } from '../../src/query/run.js'
import { type Bench, contextOf, failureOf, openBench, tableOf, textOf } from '../support/query.js'
import { answering, partOf, scanOf } from './support/fault.js'
import { openTableSource } from './support/table-source.js'

let bench: Bench
beforeAll(async () => {
  bench = await openBench()
})
afterAll(() => bench.close())

type Run = (form?: 'rows' | 'records') => Promise<QueryResult>

interface Read {
  text: string
  rows: unknown[][]
  records: object[]
  doubles: unknown[][]
  encodings: string[]
}

type Types = readonly (ColumnType | ['DECIMAL', number])[]

/** The answer to a query whose one source sends this SQL's rows, with columns of these types. */
function read(types: Types, sql: string, input: object = {}): Promise<Read> {
  return withQuery(types, [sql], input, readAll)
}

/** Runs a query whose one source sends the rows of each SQL as a part, and passes it to `work`. */
async function withQuery<T>(types: Types, sqls: readonly string[], input: object, work: (run: Run) => Promise<T>): Promise<T> {
  const columns = types.map((type, index) =>
    typeof type === 'string' ? { name: `c ${index}`, type } : { name: `c ${index}`, type: type[0], scale: type[1] },
  )
  const id = 'camden/t/t'
  const own = await openTableSource(bench.engine, bench.folder, [{ id, spokeId: 'camden', columns, rows: [] }], everything)
  const source = answering(own, () =>
    scanOf(
      (async function* () {
        for (const sql of sqls) yield await partOf(bench, sql)
      })(),
    ),
  )
  try {
    return await work((form) =>
      runQuery({ from: { table: id }, ...input }, contextOf(bench.hub, [tableOf(id, columns)], { camden: source }), { format: form }),
    )
  } finally {
    await own.close()
  }
}

/** Every form of an answer. The forms that may be written at once must equal the others. */
async function readAll(run: Run): Promise<Read> {
  const result = await run()
  const text = await textOf(result, 'rows', 'EXACT')
  for (const form of ['rows', 'records'] as const) {
    const again = await run(form)
    expect(await textOf(again, form, 'EXACT')).toBe(await textOf(result, form, 'EXACT'))
    expect(again.columns).toEqual(result.columns)
    expect(again.truncated).toBe(result.truncated)
    expect(again.rowCount).toBe(result.rowCount)
    await again.release()
  }
  const [rows, records, doubles] = [text, await textOf(result, 'records', 'EXACT'), await textOf(result, 'rows', 'DOUBLE')].map(
    (json) => JSON.parse(json) as unknown,
  )
  await result.release()
  return {
    text,
    rows: rows as unknown[][],
    records: records as object[],
    doubles: doubles as unknown[][],
    encodings: result.columns.map(({ encoding }) => encoding),
  }
}

describe('cells', () => {
  it('have one form in JSON for each type', async () => {
    const types = [
      'STRING',
      'BOOLEAN',
      'INT64',
      'DOUBLE',
      ['DECIMAL', 2],
      'DATE',
      'TIME',
      'TIMESTAMP',
      'TIMESTAMPTZ',
      'GEOMETRY',
      'JSON',
      'LIST',
    ] as const
    const sql = `SELECT 'a' AS c0, true AS c1, 5 AS c2, 0.5 AS c3, 1.1 AS c4, DATE '2026-01-09' AS c5, TIME '13:55:48' AS c6, TIMESTAMP '2026-01-09 13:55:48.5' AS c7,
      TIMESTAMPTZ '2026-07-09 13:55:48+01:00' AS c8, '{"type":"Point","coordinates":[0,51]}' AS c9, '{"a":[1,null]}' AS c10, '["x"]' AS c11
      UNION ALL SELECT ${types.map(() => 'NULL').join(', ')}`
    const { rows, records, doubles, encodings } = await read(types as never, sql)
    const first = [
      'a',
      true,
      5,
      0.5,
      '1.10',
      '2026-01-09',
      '13:55:48',
      '2026-01-09T13:55:48.5',
      '2026-07-09T12:55:48Z',
      { type: 'Point', coordinates: [0, 51] },
      { a: [1, null] },
      ['x'],
    ]
    expect(rows).toEqual([first, types.map(() => null)])
    expect(records[0]).toEqual(Object.fromEntries(first.map((cell, index) => [`c ${index}`, cell])))
    expect(doubles[0]).toEqual(first.map((cell) => (cell === '1.10' ? 1.1 : cell)))
    expect(encodings).toEqual([
      'STRING',
      'BOOLEAN',
      'NUMBER',
      'NUMBER',
      'STRING',
      'STRING',
      'STRING',
      'STRING',
      'STRING',
      'OBJECT',
      'OBJECT',
      'LIST',
    ])
  })

  it('of DOUBLE are JSON numbers, and null where JSON has no such number', async () => {
    const values = ["'NaN'", "'Infinity'", "'-Infinity'", "'-0.0'", '1e300', '5e-324', '123456789012345680', '0.1', '1e21']
    const { rows, doubles } = await read(['DOUBLE'], values.map((value) => `SELECT CAST(${value} AS DOUBLE) AS c0`).join(' UNION ALL '))
    const expected = [null, null, null, -0, 1e300, 5e-324, 123456789012345680, 0.1, 1e21]
    expect(rows.map(([cell]) => cell)).toEqual(expected)
    expect(doubles.map(([cell]) => cell)).toEqual(expected)
  })

  it('of DECIMAL read as numbers are the nearest double', async () => {
    const values = ['-9007199254740994', '9007199254740994', '-9007199254740993', '12345678901234567890123456789012345678', '-0']
    const { rows, doubles } = await read(
      [['DECIMAL', 0]],
      values.map((value) => `SELECT CAST('${value}' AS DECIMAL(38,0)) AS c0`).join(' UNION ALL '),
    )
    expect(doubles).toEqual(rows.map(([cell]) => [Number(cell)]))
  })

  it.each([0, 1, 17, 18, 19, 37, 38])('of DECIMAL have a digit before the point: %i digits behind it', async (scale) => {
    const text = scale === 0 ? '0' : `0.${'5'.padEnd(scale, '0')}`
    const { rows } = await read(
      [['DECIMAL', scale]],
      `SELECT CAST('${text}' AS DECIMAL(38,${scale})) AS c0 UNION ALL SELECT CAST('-${text}' AS DECIMAL(38,${scale}))`,
    )
    expect(rows).toEqual([[text], [scale === 0 ? '0' : `-${text}`]])
  })

  it('of INT64 are all text on a page where one is beyond 2^53, and numbers on other pages', async () => {
    const sql = 'SELECT * FROM (VALUES (1), (2), (9007199254740992)) AS t(c0)'
    expect(await read(['INT64'], sql)).toMatchObject({
      rows: [['1'], ['2'], ['9007199254740992']],
      encodings: ['STRING'],
      doubles: [[1], [2], [9007199254740992]],
    })
    expect(await read(['INT64'], sql, { limit: 2 })).toMatchObject({ rows: [[1], [2]], encodings: ['NUMBER'] })
    expect(await read(['INT64', 'INT64'], 'SELECT NULL AS c0, 9007199254740992 AS c1')).toMatchObject({
      rows: [[null, '9007199254740992']],
      encodings: ['NUMBER', 'STRING'],
    })
    expect(await read(['INT64'], 'SELECT -9007199254740991 AS c0')).toMatchObject({ encodings: ['NUMBER'] })
    expect(await read(['INT64'], 'SELECT -9223372036854775808 AS c0')).toMatchObject({
      encodings: ['STRING'],
      rows: [['-9223372036854775808']],
    })
  })

  it('of text are quoted, whatever they contain', async () => {
    const texts = ['"', '\\', '\n\r\t', '\u0001\u001f\u007f', '\u2028\u2029', '</script>', '😀', 'null', ']}', "'"]
    const { rows } = await read(['STRING'], texts.map((text) => `SELECT '${text.replaceAll("'", "''")}' AS c0`).join(' UNION ALL '))
    expect(rows.map(([cell]) => cell)).toEqual(texts)
  })

  it('of GEOMETRY, JSON and LIST are copied as JSON only where they are valid', async () => {
    const rubbish = [
      '[1,]',
      '{"a":1,}',
      '[1,\n]',
      'NaN',
      '-Infinity',
      '{"a":nan}',
      '[Infinity]',
      '{',
      ']',
      '',
      ' ',
      "{'a':1}",
      '1]]},"x":[',
      '//',
      '"\n"',
      '[1]x',
    ]
    const good = [
      '{"a":"NaN, Infinity,]"}',
      '["\\"",",}"]',
      '[1e5,-0.5]',
      ' [ 1 ] ',
      'null',
      '"text"',
      '{"__proto__":1}',
      '{"nan":true}',
      '["a"]',
      '[{},[],""]',
    ]
    for (const type of ['GEOMETRY', 'JSON', 'LIST'] as const) {
      const { rows } = await read(
        [type],
        [...rubbish, ...good].map((text) => `SELECT '${text.replaceAll("'", "''")}' AS c0`).join(' UNION ALL '),
      )
      expect(rows.map(([cell]) => cell)).toEqual([...rubbish, ...good.map((text) => JSON.parse(text) as unknown)])
    }
  })

  it('have the columns’ names in records, whatever these are', async () => {
    const names = ['__proto__', 'constructor', 'a"b', "it's", 'two\nlines', '\u2028', '']
    const select = names.slice(0, 6).map((as) => ({ column: 'c 0', as }))
    const { records } = await read(['STRING'], `SELECT ${select.map((_, index) => `'${index}' AS c${index}`).join(', ')}`, { select })
    expect(Object.entries(records[0] ?? {})).toEqual(select.map(({ as }, index) => [as, String(index)]))
  })
})

describe('pages', () => {
  it('can be empty, and can have a limit of 0', async () => {
    expect(await read(['INT64'], 'SELECT 1 AS c0 WHERE FALSE')).toMatchObject({ text: '[]', records: [] })
    expect(await read(['INT64'], 'SELECT 1 AS c0', { limit: 0 })).toMatchObject({ text: '[]', records: [] })
  })

  it('keep the order of 10,000 rows', async () => {
    const { rows } = await read(['INT64'], 'SELECT 10000 - i AS c0 FROM range(10001) t(i)', { limit: 10_000 })
    expect(rows).toEqual(Array.from({ length: 10_000 }, (_, index) => [10_000 - index]))
  })

  it('keep the order of many parts, also where a source sent more rows than requested', async () => {
    const parts = Array.from({ length: 40 }, (_, part) => `SELECT ${part} * 50 + i AS c0, repeat('x', 100) AS c1 FROM range(50) t(i)`)
    for (const limit of [0, 1, 49, 50, 51, 1000, 1001]) {
      const { rows } = await withQuery(['INT64', 'STRING'], parts, { limit }, readAll)
      expect(rows.map(([place]) => place)).toEqual(Array.from({ length: limit }, (_, place) => place))
    }
  })

  it('are correct with one long row among short ones', async () => {
    const sql = "SELECT i AS c0, repeat('é', CASE WHEN i = 3 THEN 3000000 ELSE 2 END) AS c1 FROM range(5) t(i)"
    expect((await read(['INT64', 'STRING'], sql)).rows.map(([, text]) => (text as string).length)).toEqual([2, 2, 2, 3_000_000, 2])
    expect((await read(['INT64', 'STRING'], sql, { limit: 2 })).rows).toEqual([
      [0, 'éé'],
      [1, 'éé'],
    ])
  })

  it('that were written in the announced format are refused in another', () =>
    withQuery(['INT64'], ['SELECT 1 AS c0'], {}, async (run) => {
      const result = await run('rows')
      await expect(textOf(result, 'records', 'EXACT')).rejects.toThrow('exact rows alone')
      await expect(textOf(result, 'rows', 'DOUBLE')).rejects.toThrow('exact rows alone')
      expect(await textOf(result, 'rows', 'EXACT')).toBe('[[1]]')
    }))

  it('with too much text are RESULT_TOO_LARGE, and the text of other pages does not count', async () => {
    const sql = "SELECT repeat('x', 12000000) AS c0 FROM range(6)"
    expect(await failureOf(() => read(['STRING'], sql))).toMatchObject({ code: 'RESULT_TOO_LARGE' })
    expect((await read(['STRING'], sql, { limit: 1 })).rows).toHaveLength(1)
  })
})
