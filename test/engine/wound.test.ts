import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { EngineSession } from '../../src/connector/engine.js'
import { quote } from '../../src/engine/sql/type.js'
import { rowText } from '../../src/engine/text/row-text.js'
import { type Bench, openBench } from '../support/query.js'

type Position = readonly number[]
type Ring = readonly Position[]
type Geometry =
  | { readonly type: 'Point'; readonly coordinates: Position }
  | { readonly type: 'MultiLineString'; readonly coordinates: readonly Ring[] }
  | { readonly type: 'Polygon'; readonly coordinates: readonly Ring[]; readonly bbox?: readonly number[] }
  | { readonly type: 'MultiPolygon'; readonly coordinates: readonly (readonly Ring[])[] }
  | { readonly type: 'GeometryCollection'; readonly geometries: readonly Geometry[] }

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

/** The geometries of the features that a GeoJSON file has for these. */
async function written(geometries: readonly unknown[]): Promise<unknown[]> {
  const row = rowText([{ name: 'g', shape: { type: 'GEOMETRY' } }], { kind: 'GEOJSON', geometry: 0 })
  const values = geometries.map((each, place) => `(${place}, ${each === null ? 'CAST(NULL AS VARCHAR)' : quote(JSON.stringify(each))})`)
  const rows = await session.rows(`SELECT ${row} AS text FROM (VALUES ${values.join(', ')}) AS t(place, c0) ORDER BY place`)
  return rows.map(({ text }) => (JSON.parse(String(text).slice(1)) as { geometry: unknown }).geometry)
}

const million = 1_000_000
/** Millionths of a degree around London, which a number has exactly enough of. */
const axis = fc.integer({ min: 51 * million, max: 52 * million })
const position = fc
  .tuple(axis, axis, fc.option(fc.double({ noNaN: true, noDefaultInfinity: true, max: 1e6, min: -1e6 }), { nil: undefined }))
  .map(([x, y, z]): Position => [x / million, y / million, ...(z === undefined ? [] : [z === 0 ? 0 : z])])
const ring = fc
  .array(position, { minLength: 3, maxLength: 7 })
  .map((corners): Ring => [...corners, corners[0] as Position])
  // Without an area there is no way round.
  .filter((each) => area(each) !== 0n)
const rings = fc.array(ring, { maxLength: 3 })
const simple: fc.Arbitrary<Geometry> = fc.oneof(
  position.map((coordinates) => ({ type: 'Point' as const, coordinates })),
  rings.map((coordinates) => ({ type: 'MultiLineString' as const, coordinates })),
  rings.map((coordinates) => ({ type: 'Polygon' as const, coordinates })),
  rings.map((coordinates) => ({ type: 'Polygon' as const, coordinates, bbox: [51, 51, 52, 52] })),
  fc.array(rings, { maxLength: 3 }).map((coordinates) => ({ type: 'MultiPolygon' as const, coordinates })),
)
const collected = (of: fc.Arbitrary<Geometry>) =>
  fc.array(of, { maxLength: 3 }).map((geometries): Geometry => ({ type: 'GeometryCollection', geometries }))
const geometry = fc.oneof(simple, collected(fc.oneof(simple, collected(simple))))

/** Twice the area in square millionths of a degree, by the formula of trapezoids, in whole numbers. */
function area(given: Ring): bigint {
  const whole = given.map((each) => each.slice(0, 2).map((value) => BigInt(Math.round(value * million))) as [bigint, bigint])
  return whole.slice(1).reduce((sum, [x, y], at) => {
    const [beforeX, beforeY] = whole[at] as [bigint, bigint]
    return sum - (x - beforeX) * (y + beforeY)
  }, 0n)
}

/** What RFC 7946 wants of it. */
function right(given: Geometry): Geometry {
  const turned = (each: Ring, place: number): Ring => {
    const isWrong = place === 0 ? area(each) < 0n : area(each) > 0n
    return isWrong ? each.toReversed() : each
  }
  if (given.type === 'Polygon') return { ...given, coordinates: given.coordinates.map(turned) }
  if (given.type === 'MultiPolygon') return { ...given, coordinates: given.coordinates.map((polygon) => polygon.map(turned)) }
  return given.type === 'GeometryCollection' ? { ...given, geometries: given.geometries.map(right) } : given
}

test('outer rings run anticlockwise and holes clockwise, in polygons, multipolygons and collections, and nothing else changes', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(geometry, { minLength: 1, maxLength: 20 }), async (geometries) => {
      expect(await written(geometries)).toEqual(geometries.map(right))
    }),
  )
})

test('a file that is right already stays as it is', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(geometry.map(right), { minLength: 1, maxLength: 20 }), async (geometries) => {
      expect(await written(geometries)).toEqual(geometries)
    }),
  )
})

const square = [
  [0, 0],
  [0, 1],
  [1, 1],
  [1, 0],
  [0, 0],
]

test.each([
  ['null', null],
  ['text', 'Polygon'],
  ['a number', 5],
  ['a list', ['Polygon']],
  ['a polygon without coordinates', { type: 'Polygon' }],
  ['one of null', { type: 'Polygon', coordinates: null }],
  ['one of text', { type: 'Polygon', coordinates: 'x' }],
  ['one of positions', { type: 'Polygon', coordinates: square }],
  ['one of rings that are none', { type: 'Polygon', coordinates: [5, null, 'x', {}, [], [null], [[]], [['x', 'y']], [[1]]] }],
  ['one without an area', { type: 'Polygon', coordinates: [square.slice(0, 2)] }],
  ['one with a position that is none', { type: 'Polygon', coordinates: [[...square, null]] }],
  ['one with numbers beyond all', { type: 'Polygon', coordinates: [[...square, [1e308, -1e308], [-1e308, 1e308]]] }],
  ['another type', { type: 'Polygons', coordinates: [square] }],
  ['a multipolygon of a polygon', { type: 'MultiPolygon', coordinates: [5, null] }],
  ['a collection of none', { type: 'GeometryCollection', geometries: { type: 'Polygon', coordinates: [square] } }],
  ['a collection of other things', { type: 'GeometryCollection', geometries: [null, 5, 'Polygon'] }],
])('%s is written as it stands', async (_what, given) => {
  expect(await written([given])).toEqual([given])
})

test('a ring beside one that is none is turned, and further members stay', async () => {
  const given = { type: 'Polygon', coordinates: [square, null, 5], bbox: [0, 0, 1, 1], note: { of: ['a', null] }, none: null }
  expect(await written([given])).toEqual([{ ...given, coordinates: [square.toReversed(), null, 5] }])
})

test('a ring of a hundred thousand corners is turned', async () => {
  const corners = Array.from({ length: 100_000 }, (_, at) => [Math.cos(at / 16_000), 51 - Math.sin(at / 16_000)])
  expect(await written([{ type: 'Polygon', coordinates: [corners] }])).toEqual([{ type: 'Polygon', coordinates: [corners.toReversed()] }])
})
