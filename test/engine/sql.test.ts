import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Shape } from '../../src/connector/column.js'
import type { EngineSession } from '../../src/connector/engine.js'
import type { AggregateFunction, Expression, Literal, Predicate, Relation } from '../../src/connector/relation.js'
import { shapesOf } from '../../src/connector/shapes.js'
import { literalSql } from '../../src/engine/sql/expression.js'
import { type Bench, failureOf, openBench } from '../support/query.js'

let bench: Bench
let session: EngineSession
beforeAll(async () => {
  bench = await openBench()
  session = await bench.engine.connect()
})
afterAll(async () => {
  await session.close()
  await bench.close()
})

const column = (index: number): Expression => ({ kind: 'column', index })

/** The rows of a relation's answer as texts. The tables' rows are given as canonical texts. */
async function answer(
  over: (scan: Relation) => Relation,
  shapes: readonly Shape[],
  rows: readonly (readonly (string | null)[])[],
  many = 0,
): Promise<(string | null)[][]> {
  const relation = over({ op: 'scan', table: 't', columns: shapes.map((shape, index) => ({ name: `c${index}`, ...shape })) })
  const values = rows.map(
    (row) => `(${row.map((value, index) => literalSql({ kind: 'literal', shape: shapes[index] as Shape, value })).join(', ')})`,
  )
  const names = shapes.map((_, index) => `c${index}`).join(', ')
  const nothing = shapes.map((shape, index) => `${literalSql({ kind: 'literal', shape, value: null })} AS c${index}`).join(', ')
  const from = values.length === 0 ? `(SELECT ${nothing} WHERE FALSE) AS t` : `(VALUES ${values.join(', ')}) AS t(${names})`
  const width = shapesOf(relation).length
  const texts = Array.from({ length: width }, (_, index) => `CAST(c${index} AS VARCHAR) AS c${index}`)
  const found = await session.rows(`SELECT ${texts.join(', ')} FROM (${bench.engine.compile(relation, () => from, many)})`)
  return found.map((row) => Array.from({ length: width }, (_, index) => row[`c${index}`] as string | null))
}

describe('a page of many rows', () => {
  it('equals the page that is read in the usual way, with nulls and NaN', async () => {
    const shapes: Shape[] = [{ type: 'DOUBLE' }, { type: 'STRING' }]
    const rows = fc.array(
      fc.tuple(fc.option(fc.constantFrom('1', '-1', '0', '2.5', 'NaN', 'inf')), fc.option(fc.constantFrom('a', 'A', 'é', ''))),
      { minLength: 1, maxLength: 30 },
    )
    const key = (column: number) => fc.record({ column: fc.constant(column), descending: fc.boolean(), nullsFirst: fc.boolean() })
    await fc.assert(
      fc.asyncProperty(rows, fc.boolean(), key(0), key(1), fc.nat(8), fc.nat(4), async (given, isTurned, a, b, count, offset) => {
        const page = (input: Relation): Relation => ({
          op: 'limit',
          count,
          offset,
          input: { op: 'sort', keys: isTurned ? [b, a] : [a, b], input },
        })
        expect(await answer(page, shapes, given, 1_000_000)).toEqual(await answer(page, shapes, given, 0))
      }),
      { numRuns: 200 },
    )
  })
})

describe('a page without an order', () => {
  it('is read from Parquet whose statistics rule out a part of the filter', async () => {
    const shapes: Shape[] = [{ type: 'DATE' }, { type: 'STRING' }, { type: 'STRING' }]
    const file = join(bench.folder, 'parts.parquet')
    await session.run(
      `COPY (SELECT DATE '2026-01-01' + CAST(i AS INTEGER) AS c0, 'camden' AS c1, 'camden/t' AS c2 FROM range(40) t(i)) TO '${file}' (FORMAT parquet)`,
    )
    const value = (shape: Shape, text: string): Literal => ({ kind: 'literal', shape, value: text })
    const predicate: Predicate = {
      kind: 'and',
      terms: [
        { kind: 'not', term: { kind: 'compare', comparison: 'gte', left: column(0), right: value({ type: 'DATE' }, '2026-10-25') } },
        {
          kind: 'not',
          term: {
            kind: 'or',
            terms: [
              { kind: 'in', left: column(1), values: [value({ type: 'STRING' }, '7')] },
              { kind: 'isNull', input: column(2), negated: true },
            ],
          },
        },
      ],
    }
    const scan: Relation = { op: 'scan', table: 't', columns: shapes.map((shape, index) => ({ name: `c${index}`, ...shape })) }
    const page: Relation = {
      op: 'limit',
      count: 4,
      offset: 4,
      input: { op: 'project', outputs: [column(1)], input: { op: 'filter', predicate, input: scan } },
    }
    expect(await session.rows(bench.engine.compile(page, () => `read_parquet('${file}')`))).toEqual([])
    await rm(file)
  })
})

const aggregate =
  (name: AggregateFunction) =>
  (input: Relation): Relation => ({ op: 'aggregate', groups: [], measures: [{ function: name, input: column(0) }], input })
const keep =
  (predicate: Predicate) =>
  (input: Relation): Relation => ({ op: 'filter', predicate, input })
const expression =
  (output: Expression) =>
  (input: Relation): Relation => ({ op: 'project', outputs: [output], input })

/** `12345n` at scale 2 is '123.45'. */
function decimal(unscaled: bigint, scale: number): string {
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0')
  return `${unscaled < 0n ? '-' : ''}${digits.slice(0, digits.length - scale)}${scale === 0 ? '' : `.${digits.slice(-scale)}`}`
}

describe('sums and means', () => {
  const mean =
    (scale: number) =>
    (input: Relation): Relation => ({
      op: 'project',
      outputs: [{ kind: 'mean', sum: column(0), count: column(1), shape: { type: 'DECIMAL', scale: scale + 6 } }],
      input: {
        op: 'aggregate',
        groups: [],
        measures: [
          { function: 'SUM', input: column(0) },
          { function: 'COUNT', input: column(0) },
        ],
        input,
      },
    })
  /** Rounds half to even, in integer arithmetic. */
  const meanOf = (values: readonly bigint[], scale: number): string | null => {
    if (values.length === 0) return null
    const by = BigInt(values.length)
    const digits = values.reduce((sum, value) => sum + value, 0n) * 1_000_000n
    const floor = (digits - (((digits % by) + by) % by)) / by
    const twice = (digits - floor * by) * 2n
    return decimal(twice > by || (twice === by && floor % 2n !== 0n) ? floor + 1n : floor, scale + 6)
  }

  it('are exact, and means are rounded half to even', async () => {
    const values = (scale: number) =>
      fc
        .array(fc.option(fc.oneof(fc.bigInt(-20n, 20n), fc.bigInt(-(10n ** 20n), 10n ** 20n)), { freq: 6 }), { maxLength: 70 })
        .map((cells) => ({ scale, cells }))
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 12 }).chain(values), async ({ scale, cells }) => {
        const given = cells.filter((value) => value !== null)
        const rows = cells.map((value) => [value === null ? null : decimal(value, scale)])
        expect(await answer(mean(scale), [{ type: 'DECIMAL', scale }], rows)).toEqual([[meanOf(given, scale)]])
        const sum =
          given.length === 0
            ? null
            : decimal(
                given.reduce((left, right) => left + right),
                scale,
              )
        expect(await answer(aggregate('SUM'), [{ type: 'DECIMAL', scale }], rows)).toEqual([[sum]])
      }),
      { numRuns: 150 },
    )
  })

  it('round halves to the even digit, on both sides of zero', async () => {
    // 64 values: the mean is a multiple of 0.015625, so its seventh digit can be a lone 5.
    for (const [total, expected] of [
      [1n, '0.015625'],
      [-1n, '-0.015625'],
    ] as const) {
      const rows = Array.from({ length: 64 }, (_, index) => [index === 0 ? decimal(total, 0) : '0'])
      expect(await answer(mean(0), [{ type: 'DECIMAL', scale: 0 }], rows)).toEqual([[expected]])
    }
    for (const [total, expected] of [
      [1n, '0.007812'],
      [3n, '0.023438'],
      [-1n, '-0.007812'],
      [-3n, '-0.023438'],
    ] as const) {
      const rows = Array.from({ length: 128 }, (_, index) => [index === 0 ? decimal(total, 0) : '0'])
      expect(await answer(mean(0), [{ type: 'DECIMAL', scale: 0 }], rows)).toEqual([[expected]])
    }
  })

  it('of INT64 stay exact beyond 2^63', async () => {
    const most = String(2n ** 63n - 1n)
    expect(await answer(aggregate('SUM'), [{ type: 'INT64' }], [[most], [most], ['5']])).toEqual([[String((2n ** 63n - 1n) * 2n + 5n)]])
    expect(await answer(aggregate('SUM_COUNTS'), [{ type: 'INT64' }], [])).toEqual([['0']])
  })

  const nines = '9'.repeat(38)
  it.each([
    ['just beyond 38 digits', [nines, '1']],
    ['just below the same', [`-${nines}`, '-1']],
    ['beyond 2^127', [nines, nines]],
    ['far beyond', Array(10).fill(nines) as string[]],
  ])('that pass 38 digits are an error: %s', async (_, values) => {
    const failure = await failureOf(() =>
      answer(
        aggregate('SUM'),
        [{ type: 'DECIMAL', scale: 0 }],
        values.map((value) => [value]),
      ),
    )
    expect(['TYPE_MISMATCH', 'BAD_USER_INPUT']).toContain(failure.code)
  })

  it('are possible up to 38 digits', async () => {
    expect(await answer(aggregate('SUM'), [{ type: 'DECIMAL', scale: 0 }], [[nines], ['-1'], ['1']])).toEqual([[nines]])
    expect(await answer(mean(2), [{ type: 'DECIMAL', scale: 2 }], [[`${'9'.repeat(30)}.99`]])).toEqual([[`${'9'.repeat(30)}.99000000`]])
  })

  it('fail where the mean would not fit', async () => {
    const failure = await failureOf(() => answer(mean(2), [{ type: 'DECIMAL', scale: 2 }], [[`${'9'.repeat(36)}.99`]]))
    expect(['TYPE_MISMATCH', 'BAD_USER_INPUT']).toContain(failure.code)
  })
})

describe('text', () => {
  const texts = [
    '',
    ' ',
    '%',
    '_',
    "'",
    "''",
    'a%b',
    'axb',
    'a_b',
    "O'Brien",
    'Ärger',
    'A\u0308rger',
    'ärger',
    'naïve',
    '日本語',
    '😀',
    '😀x',
    'ﬁ',
    'ſ',
    'a\nb',
    'a\n  b',
    '\\',
    '\\n',
    '"',
    '\u2028',
    "x'); DROP TABLE t; --",
  ]
  const rows = texts.map((text) => [text])
  const kept = async (predicate: Predicate) =>
    (await answer(keep(predicate), [{ type: 'STRING' }], [...rows, [null]])).map(([text]) => text)

  it.each(texts)('equals, starts with and contains itself: %j', async (text) => {
    const literal = { kind: 'literal', shape: { type: 'STRING' }, value: text } as const
    expect(await kept({ kind: 'compare', comparison: 'eq', left: column(0), right: literal })).toEqual([text])
    expect(await kept({ kind: 'in', left: column(0), values: [literal] })).toEqual([text])
    expect(await kept({ kind: 'startsWith', input: column(0), text })).toEqual(texts.filter((one) => one.startsWith(text)))
    expect(await kept({ kind: 'contains', input: column(0), text })).toEqual(texts.filter((one) => one.includes(text)))
  })

  it('passes through nested queries unchanged', async () => {
    const over = (input: Relation): Relation => {
      const filtered = keep({
        kind: 'compare',
        comparison: 'eq',
        left: column(0),
        right: { kind: 'literal', shape: { type: 'STRING' }, value: 'a\nb' },
      })(input)
      const outputs: Expression[] = [column(0), { kind: 'literal', shape: { type: 'STRING' }, value: 'two\nlines\r\nor "three"' }]
      return {
        op: 'limit',
        count: 5,
        offset: 0,
        input: {
          op: 'union',
          inputs: [
            { op: 'project', outputs, input: filtered },
            { op: 'project', outputs, input: filtered },
          ],
        },
      }
    }
    expect(await answer(over, [{ type: 'STRING' }], rows)).toEqual(Array(2).fill(['a\nb', 'two\nlines\r\nor "three"']))
  })

  it('compares byte by byte', async () => {
    const sort = (input: Relation): Relation => ({
      op: 'limit',
      count: 100,
      offset: 0,
      input: { op: 'sort', keys: [{ column: 0, descending: false, nullsFirst: false }], input },
    })
    const binary = [...texts].sort((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right)))
    expect((await answer(sort, [{ type: 'STRING' }], rows)).map(([text]) => text)).toEqual(binary)
  })
})

describe('text read as another type', () => {
  const read = (to: Shape, value: string | null) =>
    answer(expression({ kind: 'cast', input: column(0), to }), [{ type: 'STRING' }], [[value]])
  it.each<[Shape, string, string]>([
    [{ type: 'INT64' }, '010094055034', '10094055034'],
    [{ type: 'INT64' }, ' -5 ', '-5'],
    [{ type: 'INT64' }, '+7', '7'],
    [{ type: 'DECIMAL', scale: 2 }, '12.5', '12.50'],
    [{ type: 'DECIMAL', scale: 2 }, '-0.2500', '-0.25'],
    [{ type: 'DECIMAL', scale: 0 }, '7', '7'],
    [{ type: 'DOUBLE' }, '1.5e3', '1500.0'],
    [{ type: 'BOOLEAN' }, 'TRUE', 'true'],
    [{ type: 'DATE' }, '2026-01-09', '2026-01-09'],
    [{ type: 'TIME' }, '13:55:48', '13:55:48'],
    [{ type: 'TIMESTAMP' }, '2026-01-09T13:55:48', '2026-01-09 13:55:48'],
    [{ type: 'TIMESTAMP' }, '2026-01-09', '2026-01-09 00:00:00'],
    [{ type: 'TIMESTAMPTZ' }, '2026-07-09T13:55:48+01:00', '2026-07-09 12:55:48+00'],
  ])('as %j: %j', async (to, value, expected) => {
    expect(await read(to, value)).toEqual([[expected]])
    expect(await read(to, null)).toEqual([[null]])
  })
  it.each<[Shape, string]>([
    [{ type: 'INT64' }, '1.5'],
    [{ type: 'INT64' }, '1e3'],
    [{ type: 'INT64' }, ''],
    [{ type: 'INT64' }, '0x10'],
    [{ type: 'INT64' }, '1_000'],
    [{ type: 'INT64' }, '9223372036854775808'],
    [{ type: 'INT64' }, '1,000'],
    [{ type: 'DECIMAL', scale: 2 }, '1.005'],
    [{ type: 'DECIMAL', scale: 2 }, '1e3'],
    [{ type: 'DECIMAL', scale: 2 }, '9'.repeat(37)],
    [{ type: 'DOUBLE' }, 'nan'],
    [{ type: 'DOUBLE' }, 'inf'],
    [{ type: 'DOUBLE' }, '1e999'],
    [{ type: 'BOOLEAN' }, 'yes'],
    [{ type: 'BOOLEAN' }, '1'],
    [{ type: 'DATE' }, '09/01/2026'],
    [{ type: 'DATE' }, '2026-02-30'],
    [{ type: 'DATE' }, 'epoch'],
    [{ type: 'DATE' }, '2026-01-09 13:00'],
    [{ type: 'DATE' }, 'infinity'],
    [{ type: 'TIMESTAMP' }, '2026-01-09T13:55:48Z'],
    [{ type: 'TIMESTAMP' }, '2026-01-09T13:55:48+01:00'],
    [{ type: 'TIMESTAMPTZ' }, '2026-01-09T13:55:48'],
    [{ type: 'TIME' }, '25:00:00'],
  ])('not as %j: %j', async (to, value) => {
    expect(await failureOf(() => read(to, value))).toMatchObject({ code: 'TYPE_MISMATCH' })
  })
})

describe('numbers read as another type', () => {
  it('fail where they do not fit, and are exact where they do', async () => {
    const read = (from: Shape, to: Shape, value: string) => answer(expression({ kind: 'cast', input: column(0), to }), [from], [[value]])
    expect(await read({ type: 'DECIMAL', scale: 2 }, { type: 'DECIMAL', scale: 4 }, '1.10')).toEqual([['1.1000']])
    expect(await read({ type: 'INT64' }, { type: 'STRING' }, '-9223372036854775808')).toEqual([['-9223372036854775808']])
    expect(await read({ type: 'TIMESTAMPTZ' }, { type: 'STRING' }, '2026-07-09T13:55:48+01:00')).toEqual([['2026-07-09T12:55:48Z']])
    expect(await failureOf(() => read({ type: 'DECIMAL', scale: 2 }, { type: 'DECIMAL', scale: 4 }, '9'.repeat(36)))).toMatchObject({
      code: 'TYPE_MISMATCH',
    })
    expect(await failureOf(() => read({ type: 'INT64' }, { type: 'DECIMAL', scale: 30 }, '999999999'))).toMatchObject({
      code: 'TYPE_MISMATCH',
    })
    for (const value of ['1e300', '1e28', 'nan', 'inf'])
      expect(await failureOf(() => read({ type: 'DOUBLE' }, { type: 'DECIMAL', scale: 10 }, value))).toMatchObject({
        code: 'TYPE_MISMATCH',
      })
  })

  it('keep as DECIMAL the digits by which a DOUBLE is written, up to 15 of them, at every scale', async () => {
    const written = fc
      .tuple(fc.integer({ min: 0, max: 1 }), fc.bigInt({ min: 0n, max: 10n ** 15n - 1n }), fc.nat(10))
      .map(([sign, digits, places]) => {
        const text = String(digits).padStart(places + 1, '0')
        const [whole, fraction] = [text.slice(0, text.length - places), text.slice(text.length - places)]
        return { isNegative: sign === 1 && digits > 0n, whole, fraction }
      })
    await fc.assert(
      fc.asyncProperty(fc.array(written, { minLength: 1, maxLength: 200 }), fc.constantFrom(10, 12, 22), async (numbers, scale) => {
        const sign = ({ isNegative }: { isNegative: boolean }) => (isNegative ? '-' : '')
        const values = numbers.map((one) => [`${sign(one)}${one.whole}.${one.fraction}0`])
        const exact = numbers.map((one) => [`${sign(one)}${one.whole}.${one.fraction.padEnd(scale, '0')}`])
        const to: Shape = { type: 'DECIMAL', scale }
        expect(await answer(expression({ kind: 'cast', input: column(0), to }), [{ type: 'DOUBLE' }], values)).toEqual(exact)
      }),
      { numRuns: 20 },
    )
    const rounded = answer(
      expression({ kind: 'cast', input: column(0), to: { type: 'DECIMAL', scale: 2 } }),
      [{ type: 'DOUBLE' }],
      [['40507893.995'], ['-0.005'], ['1e20'], [null]],
    )
    expect(await rounded).toEqual([['40507894.00'], ['-0.01'], ['100000000000000000000.00'], [null]])
  })
})

describe('large queries', () => {
  it('of 5,000 terms, of 10,000 values, of 500 tables and 64 deep run', async () => {
    const is = (value: string): Predicate => ({
      kind: 'compare',
      comparison: 'eq',
      left: column(0),
      right: { kind: 'literal', shape: { type: 'INT64' }, value },
    })
    const some = (length: number) => Array.from({ length }, (_, index) => String(index + 1))
    const rows = [['7'], ['-7']]
    expect(await answer(keep({ kind: 'or', terms: some(5000).map(is) }), [{ type: 'INT64' }], rows)).toEqual([['7']])
    const values = some(10_000).map((value) => ({ kind: 'literal', shape: { type: 'INT64' }, value }) as const)
    expect(await answer(keep({ kind: 'in', left: column(0), values }), [{ type: 'INT64' }], rows)).toEqual([['7']])
    expect(
      await answer((input) => aggregate('COUNT')({ op: 'union', inputs: Array<Relation>(500).fill(input) }), [{ type: 'INT64' }], rows),
    ).toEqual([['1000']])
    const deep = some(64).reduce<Predicate>((term) => ({ kind: 'not', term }), is('7'))
    expect(await answer(keep(deep), [{ type: 'INT64' }], rows)).toEqual([['7']])
    expect(
      await answer(keep({ kind: 'not', term: { kind: 'in', left: column(0), values: [] } }), [{ type: 'INT64' }], [['1'], [null]]),
    ).toEqual([['1'], [null]])
  })
})
