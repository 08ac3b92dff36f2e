import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Shape } from '../../src/connector/column.js'
import type { EngineSession } from '../../src/connector/engine.js'
import type { Granularity, Relation } from '../../src/connector/relation.js'
import type { DialsError } from '../../src/errors.js'
import { quote } from '../../src/engine/sql/type.js'
import { parse } from '../../src/query/1-parse/parse.js'
import { type Bench, openBench } from '../support/query.js'

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

describe('buckets', () => {
  async function bucket(value: string, shape: Shape, granularity: Granularity, timeZone = 'Europe/London'): Promise<unknown> {
    const scan: Relation = { op: 'scan', table: 't', columns: [{ name: 'a', ...shape }] }
    const relation: Relation = {
      op: 'project',
      outputs: [{ kind: 'bucket', input: { kind: 'column', index: 0 }, granularity, timeZone }],
      input: scan,
    }
    const sql = bench.engine.compile(relation, () => `(SELECT CAST(${quote(value)} AS ${shape.type}) AS c0) AS t`)
    const [row] = await session.rows(`SELECT CAST(c0 AS VARCHAR) AS day FROM (${sql})`)
    return row?.['day']
  }
  const instant: Shape = { type: 'TIMESTAMPTZ' }

  it.each<[string, string, Granularity, string]>([
    // London is an hour ahead of UTC in summer. Its clocks change at 01:00 UTC on 29 March and 25 October 2026.
    ['2026-03-28T23:59:59Z', 'Europe/London', 'DAY', '2026-03-28'],
    ['2026-03-29T00:30:00Z', 'Europe/London', 'DAY', '2026-03-29'],
    ['2026-03-29T22:59:59Z', 'Europe/London', 'DAY', '2026-03-29'],
    ['2026-03-29T23:00:00Z', 'Europe/London', 'DAY', '2026-03-30'],
    ['2026-10-24T23:00:00Z', 'Europe/London', 'DAY', '2026-10-25'],
    ['2026-10-25T00:30:00Z', 'Europe/London', 'DAY', '2026-10-25'],
    ['2026-10-25T01:30:00Z', 'Europe/London', 'DAY', '2026-10-25'],
    ['2026-10-25T23:30:00Z', 'Europe/London', 'DAY', '2026-10-25'],
    ['2026-10-26T00:00:00Z', 'Europe/London', 'DAY', '2026-10-26'],
    ['2026-06-30T23:30:00Z', 'Europe/London', 'MONTH', '2026-07-01'],
    ['2026-06-30T23:30:00Z', 'UTC', 'MONTH', '2026-06-01'],
    ['2026-06-30T23:30:00Z', 'Europe/London', 'QUARTER', '2026-07-01'],
    ['2026-12-31T23:30:00Z', 'Europe/London', 'YEAR', '2026-01-01'],
    ['2026-12-31T23:30:00Z', 'Asia/Tokyo', 'YEAR', '2027-01-01'],
    ['2026-01-01T04:30:00Z', 'America/New_York', 'YEAR', '2025-01-01'],
    ['2026-01-01T00:00:00+14:00', 'Pacific/Kiritimati', 'DAY', '2026-01-01'],
    // A late Sunday evening in London in summer; an hour later it is Monday there.
    ['2026-07-05T22:59:00Z', 'Europe/London', 'WEEK', '2026-06-29'],
    ['2026-07-05T23:00:00Z', 'Europe/London', 'WEEK', '2026-07-06'],
  ])('%s in %s by %s is %s', async (value, timeZone, granularity, expected) => {
    expect(await bucket(value, instant, granularity, timeZone)).toBe(expected)
  })

  it.each<[string, Shape['type'], Granularity, string]>([
    ['2026-01-05', 'DATE', 'WEEK', '2026-01-05'],
    ['2026-01-11', 'DATE', 'WEEK', '2026-01-05'],
    ['2026-01-04', 'DATE', 'WEEK', '2025-12-29'],
    ['2024-02-29', 'DATE', 'MONTH', '2024-02-01'],
    ['2026-05-31', 'DATE', 'QUARTER', '2026-04-01'],
    ['1970-01-01', 'DATE', 'YEAR', '1970-01-01'],
    ['1066-10-14', 'DATE', 'DAY', '1066-10-14'],
    // A local time has no zone, so it is not shifted.
    ['2026-03-29 00:30:00', 'TIMESTAMP', 'DAY', '2026-03-29'],
    ['2026-06-30 23:59:59.999999', 'TIMESTAMP', 'MONTH', '2026-06-01'],
    ['2026-07-05 23:30:00', 'TIMESTAMP', 'WEEK', '2026-06-29'],
  ])('%s as %s by %s is %s', async (value, type, granularity, expected) => {
    for (const timeZone of ['Europe/London', 'Asia/Tokyo']) expect(await bucket(value, { type }, granularity, timeZone)).toBe(expected)
  })

  it('know every time zone that a query may name, or fail', async () => {
    const strangers: string[] = []
    for (const name of [...Intl.supportedValuesOf('timeZone'), 'Nowhere/Land']) {
      const timeZone = name === 'Nowhere/Land' ? name : parse({ from: { table: 'a/b/c' }, timeZone: name }).timeZone
      const failure = await bucket('2026-07-01T12:00:00Z', instant, 'DAY', timeZone).then(
        () => undefined,
        (thrown: DialsError) => thrown,
      )
      if (failure !== undefined) strangers.push(name)
      if (failure !== undefined) expect(failure.code).toBe('BAD_USER_INPUT')
    }
    // A newer Node may know a zone or two that this DuckDB does not know.
    expect(strangers).toContain('Nowhere/Land')
    expect(strangers.length).toBeLessThan(5)
  })
})

describe('withinBox', () => {
  const geometries: Record<string, string | null> = {
    inside: '{"type":"Point","coordinates":[-0.1,51.5]}',
    high: '{"type":"Point","coordinates":[-0.1,51.5,99]}',
    corner: '{"type":"Point","coordinates":[-0.2,51.4]}',
    east: '{"type":"Point","coordinates":[0.00001,51.5]}',
    north: '{"type":"Point","coordinates":[-0.1,51.60001]}',
    swapped: '{"type":"Point","coordinates":[51.5,-0.1]}',
    exponent: '{"type":"Point","coordinates":[-1e-1,5.15e1]}',
    spaced: '{ "coordinates" : [ -0.1 ,\n 51.5 ], "type" : "Point" }',
    line: '{"type":"LineString","coordinates":[[-0.2,51.4],[0,51.6]]}',
    crossing: '{"type":"LineString","coordinates":[[-0.1,51.5],[0.1,51.5]]}',
    area: '{"type":"Polygon","coordinates":[[[-0.1,51.5],[-0.1,51.55],[-0.05,51.5],[-0.1,51.5]]]}',
    areas:
      '{"type":"MultiPolygon","coordinates":[[[[-0.1,51.5],[-0.1,51.55],[-0.05,51.5],[-0.1,51.5]]],[[[-0.15,51.45],[-0.15,51.46],[-0.14,51.45],[-0.15,51.45]]]]}',
    straying:
      '{"type":"MultiPolygon","coordinates":[[[[-0.1,51.5],[-0.1,51.55],[-0.05,51.5],[-0.1,51.5]]],[[[-5,51.45],[-5,51.46],[-4,51.45],[-5,51.45]]]]}',
    collection:
      '{"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[-0.1,51.5]},{"type":"LineString","coordinates":[[-0.2,51.4],[0,51.6]]}]}',
    scattered:
      '{"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[-0.1,51.5]},{"type":"Point","coordinates":[2,51.5]}]}',
    empty: '{"type":"Point","coordinates":[]}',
    nothing: null,
    fiji: '{"type":"Point","coordinates":[179.9,-17]}',
    samoa: '{"type":"Point","coordinates":[-172,-13.8]}',
    beyond: '{"type":"LineString","coordinates":[[179,-18],[181,-16]]}',
    strait: '{"type":"LineString","coordinates":[[180,-18],[-180,-16]]}',
  }
  const london = { west: -0.2, south: 51.4, east: 0, north: 51.6 }
  const within = async (negated = false, edges = london) => {
    const box = { kind: 'withinBox', input: { kind: 'column', index: 1 }, ...edges } as const
    const scan: Relation = {
      op: 'scan',
      table: 't',
      columns: [
        { name: 'name', type: 'STRING' },
        { name: 'shape', type: 'GEOMETRY' },
      ],
    }
    const values = Object.entries(geometries)
      .map(([name, text]) => `(${quote(name)}, ${text === null ? 'NULL' : quote(text)})`)
      .join(', ')
    const sql = bench.engine.compile(
      { op: 'filter', predicate: negated ? { kind: 'not', term: box } : box, input: scan },
      () => `(VALUES ${values}) AS t(c0, c1)`,
    )
    return (await session.rows(sql)).map((row) => row['c0'])
  }

  it('crosses the 180th meridian where its west is greater than its east', async () => {
    expect(await within(false, { west: 170, south: -20, east: -170, north: -10 })).toEqual(['fiji', 'samoa', 'strait'])
    expect(await within(true, { west: 170, south: -20, east: -170, north: -10 })).not.toContain('empty')
    expect(await within(true, { west: 170, south: -20, east: -170, north: -10 })).toContain('beyond')
  })

  it('keeps geometries that lie wholly in it, edges included', async () => {
    expect(await within()).toEqual(['inside', 'high', 'corner', 'exponent', 'spaced', 'line', 'area', 'areas', 'collection'])
  })

  it('is unknown for a geometry without positions', async () => {
    expect(await within(true)).toEqual([
      'east',
      'north',
      'swapped',
      'crossing',
      'straying',
      'scattered',
      'fiji',
      'samoa',
      'beyond',
      'strait',
    ])
  })
})
