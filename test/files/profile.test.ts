import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { axisOf, stretches } from '../../connectors/shared/tabular/profile/axis.js'
import { profileColumns } from '../../connectors/shared/tabular/profile/profile.js'
import type { ColumnDescription, ColumnType } from '../../src/connector/column.js'
import type { EngineSession } from '../../src/connector/engine.js'
import { columnProfileSchema } from '../../src/connector/profile.js'
import { DuckDbEngine } from '../../src/engine/duckdb.js'

let engine: DuckDbEngine
let session: EngineSession
beforeAll(async () => {
  engine = await DuckDbEngine.open({ folders: [], memoryMb: 512 })
  session = await engine.connect()
})
afterAll(async () => {
  await session.close()
  await engine.close()
})

const column = (type: ColumnType, given: Partial<ColumnDescription> = {}): ColumnDescription => ({
  name: 'c',
  title: 'c',
  type,
  nullable: true,
  sensitivity: 'NONE',
  ...given,
})

async function profileOf(type: ColumnType, sql: string, given: Partial<ColumnDescription> = {}) {
  const copy = `(SELECT c0 FROM (${sql}) AS t(c0))`
  const [row] = await session.rows(`SELECT count(*) AS n FROM ${copy}`)
  const [profile] = await profileColumns(session, copy, [column(type, given)], Number(row?.['n']))
  return profile === undefined ? undefined : columnProfileSchema.parse(profile)
}

describe('a profile', () => {
  test('of text: nulls, distinct, least and greatest in binary order, and what stands there twice or more', async () => {
    expect(await profileOf('STRING', `VALUES ('b'), ('a'), ('é'), ('b'), (NULL), ('Z'), ('b'), ('a'), (NULL), ('it''s')`)).toEqual({
      nullRatio: 0.2,
      distinctCount: 5,
      min: 'Z',
      max: 'é',
      topValues: [
        { value: 'b', count: 3 },
        { value: 'a', count: 2 },
      ],
      histogram: [],
    })
  })

  test('of whole numbers: stretches of the same width with whole edges', async () => {
    expect(await profileOf('INT64', 'SELECT i FROM range(100) t(i) UNION ALL SELECT 7')).toEqual({
      nullRatio: 0,
      distinctCount: 100,
      min: 0,
      max: 99,
      topValues: [{ value: 7, count: 2 }],
      histogram: Array.from({ length: 10 }, (_, bin) => ({ from: bin * 10, to: bin * 10 + 9, count: bin === 0 ? 11 : 10 })),
    })
  })

  test('of few whole numbers: a stretch for each', async () => {
    expect((await profileOf('INT64', 'VALUES (1), (3), (3)'))?.histogram).toEqual([
      { from: 1, to: 1, count: 1 },
      { from: 2, to: 2, count: 0 },
      { from: 3, to: 3, count: 2 },
    ])
  })

  test('of whole numbers beyond 2^53: exact, as text', async () => {
    expect(await profileOf('INT64', 'VALUES (9223372036854775807), (-9223372036854775808), (9223372036854775807)')).toMatchObject({
      min: '-9223372036854775808',
      max: '9223372036854775807',
      topValues: [{ value: '9223372036854775807', count: 2 }],
    })
  })

  test.each([
    [
      'DECIMAL',
      `VALUES (1.50::DECIMAL(38,2)), (2.25), (1.50)`,
      { scale: 2 },
      { min: '1.50', max: '2.25', topValues: [{ value: '1.50', count: 2 }] },
    ],
    ['BOOLEAN', 'VALUES (true), (false), (true)', {}, { min: false, max: true, topValues: [{ value: true, count: 2 }], histogram: [] }],
    [
      'DATE',
      `VALUES (DATE '2024-02-28'), (DATE '2024-03-01'), (DATE 'infinity')`,
      {},
      {
        min: '2024-02-28',
        max: '2024-03-01',
        histogram: [
          { from: '2024-02-28', to: '2024-02-28', count: 1 },
          { from: '2024-02-29', to: '2024-02-29', count: 0 },
          { from: '2024-03-01', to: '2024-03-01', count: 1 },
        ],
      },
    ],
    ['TIME', `VALUES (TIME '09:30:00'), (TIME '17:00:00')`, {}, { min: '09:30:00', max: '17:00:00', histogram: [] }],
    [
      'TIMESTAMPTZ',
      `VALUES (TIMESTAMPTZ '2024-06-01 12:00:00Z'), (TIMESTAMPTZ '2024-06-01 12:00:00Z')`,
      {},
      {
        min: '2024-06-01T12:00:00Z',
        topValues: [{ value: '2024-06-01T12:00:00Z', count: 2 }],
        histogram: [{ from: '2024-06-01T12:00:00Z', to: '2024-06-01T12:00:00Z', count: 2 }],
      },
    ],
    ['DOUBLE', `VALUES ('NaN'::DOUBLE), ('Infinity'::DOUBLE), (0.5), (1.5)`, {}, { min: 0.5, max: 1.5, nullRatio: 0 }],
  ] as const)('of %s', async (type, sql, given, expected) => {
    expect(await profileOf(type, sql, given)).toMatchObject(expected)
  })

  test('of what cannot be compared is its nulls alone, and of no rows is empty', async () => {
    expect(await profileOf('GEOMETRY', `VALUES ('{"type":"Point","coordinates":[0,51]}'), (NULL)`)).toEqual({
      nullRatio: 0.5,
      topValues: [],
      histogram: [],
    })
    expect(await profileOf('INT64', 'SELECT 1 WHERE false')).toEqual({ nullRatio: 0, distinctCount: 0, topValues: [], histogram: [] })
    expect(await profileOf('STRING', 'SELECT NULL::VARCHAR FROM range(4)')).toEqual({
      nullRatio: 1,
      distinctCount: 0,
      topValues: [],
      histogram: [],
    })
  })

  test('holds no long text', async () => {
    expect(await profileOf('STRING', `SELECT repeat('x', 5000) FROM range(3)`)).toEqual({
      nullRatio: 0,
      distinctCount: 1,
      topValues: [],
      histogram: [],
    })
  })

  test('is not made of what points to a person', async () => {
    expect(await profileOf('STRING', `VALUES ('a')`, { sensitivity: 'PERSONAL' })).toBeUndefined()
  })

  test('of numbers and times that have no neighbours: the upper end belongs to a stretch', async () => {
    expect((await profileOf('DOUBLE', 'SELECT i / 10.0::DOUBLE FROM range(101) t(i)'))?.histogram).toEqual(
      Array.from({ length: 10 }, (_, bin) => ({ from: bin, to: bin + 1, count: bin === 0 ? 11 : 10 })),
    )
    expect((await profileOf('DECIMAL', 'VALUES (0.01::DECIMAL(38,2)), (0.02)', { scale: 2 }))?.histogram).toEqual([
      { from: '0.01', to: '0.01', count: 1 },
      { from: '0.01', to: '0.02', count: 1 },
    ])
    expect((await profileOf('DOUBLE', 'VALUES (-1.7e308), (1.7e308)'))?.histogram).toEqual([])
  })

  test('of many rows and columns is of all of them, nearly: the counts of a part stand for the whole', async () => {
    const columns = Array.from({ length: 70 }, () => column('INT64'))
    const copy = `(SELECT ${columns.map((_, index) => `(hash(i + ${index}) % 1000)::BIGINT AS c${index}`).join(', ')} FROM range(1100000) t(i))`
    const profiles = await profileColumns(session, copy, columns, 1_100_000)
    for (const profile of profiles) {
      expect(Math.abs((profile?.distinctCount ?? 0) / 1000 - 1)).toBeLessThan(0.3)
      expect(profile?.topValues).toHaveLength(10)
      expect(Math.abs((profile?.histogram ?? []).reduce((sum, { count }) => sum + count, 0) - 1_100_000)).toBeLessThanOrEqual(10)
    }
  })
})

test('stretches begin with the least, end with the greatest, and follow each other', () => {
  fc.assert(
    fc.property(fc.integer(), fc.nat(), fc.constantFrom('INT64', 'DOUBLE', 'DATE'), (first, width, type) => {
      const axis = axisOf({ type })
      if (axis === undefined) return
      const least = type === 'DATE' ? first % 10_000 : first
      const greatest = least + (type === 'DATE' ? width % 10_000 : width)
      const found = stretches(axis, { place: least, text: 'least' }, { place: greatest, text: 'greatest' })
      expect([found[0]?.from, found.at(-1)?.to]).toEqual(['least', 'greatest'])
      expect(found.length).toBeLessThanOrEqual(10)
      expect(new Set(found.map(({ to }) => to)).size).toBe(found.length)
      if (axis.step === 0) for (const [index, { to }] of found.slice(0, -1).entries()) expect(found[index + 1]?.from).toBe(to)
    }),
  )
})
