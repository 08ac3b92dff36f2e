import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ColumnDescription } from '../../src/connector/column.js'
import { decideScan } from '../../src/spoke/decide-scan.js'
import { Holdings } from '../../src/spoke/holdings.js'
import { policyOf } from '../spoke/support/policy.js'
import type { DialsError } from '../../src/errors.js'
import { anonymous } from '../../src/identity/viewer.js'
import { folderOf, tableOf } from './support/folder.js'
import { scanOf } from './support/source.js'

type Place = [longitude: number, latitude: number]

/** The derived points of a table, null where there is none. */
async function placesOf(name: string, content: string): Promise<{ places: (Place | null)[]; problems: readonly string[] }> {
  const { names, rows, problems, types } = await tableOf(name, content)
  expect(types.geometry).toBe('GEOMETRY')
  expect(names.at(-1)).toBe('geometry')
  const places = rows.map((row) => {
    const text = row.at(-1)
    if (text === null || text === undefined) return null
    const { type, coordinates } = JSON.parse(text) as { type: string; coordinates: Place }
    expect(type).toBe('Point')
    return coordinates
  })
  return { places, problems }
}

/** Metres between two places that are near each other. */
function metres([east, north]: Place, [otherEast, otherNorth]: Place): number {
  const radians = Math.PI / 180
  return 6_371_000 * radians * Math.hypot((east - otherEast) * Math.cos(north * radians), north - otherNorth)
}

/** EPSG:27700 to WGS84 by the formulas of Ordnance Survey's guide (annexes B and C, 6.6), step by step: not those of the product. */
function byTheGuide(easting: number, northing: number): Place {
  const [a, b, scale, first, zero] = [6_377_563.396, 6_356_256.909, 0.9996012717, (49 * Math.PI) / 180, (-2 * Math.PI) / 180]
  const square = (a * a - b * b) / (a * a)
  const n = (a - b) / (a + b)
  const arc = (lat: number) =>
    b *
    scale *
    ((1 + n + (5 / 4) * n ** 2 + (5 / 4) * n ** 3) * (lat - first) -
      (3 * n + 3 * n ** 2 + (21 / 8) * n ** 3) * Math.sin(lat - first) * Math.cos(lat + first) +
      ((15 / 8) * n ** 2 + (15 / 8) * n ** 3) * Math.sin(2 * (lat - first)) * Math.cos(2 * (lat + first)) -
      (35 / 24) * n ** 3 * Math.sin(3 * (lat - first)) * Math.cos(3 * (lat + first)))
  let lat = (northing + 100_000) / (a * scale) + first
  for (let rest = Infinity; Math.abs(rest) >= 1e-6; lat += rest / (a * scale)) rest = northing + 100_000 - arc(lat)
  const [sine, tan, sec] = [Math.sin(lat), Math.tan(lat), 1 / Math.cos(lat)]
  const nu = (a * scale) / Math.sqrt(1 - square * sine ** 2)
  const rho = (a * scale * (1 - square)) / (1 - square * sine ** 2) ** 1.5
  const eta = nu / rho - 1
  const d = easting - 400_000
  const phi =
    lat -
    (tan / (2 * rho * nu)) * d ** 2 +
    (tan / (24 * rho * nu ** 3)) * (5 + 3 * tan ** 2 + eta - 9 * tan ** 2 * eta) * d ** 4 -
    (tan / (720 * rho * nu ** 5)) * (61 + 90 * tan ** 2 + 45 * tan ** 4) * d ** 6
  const lambda =
    zero +
    (sec / nu) * d -
    (sec / (6 * nu ** 3)) * (nu / rho + 2 * tan ** 2) * d ** 3 +
    (sec / (120 * nu ** 5)) * (5 + 28 * tan ** 2 + 24 * tan ** 4) * d ** 5 -
    (sec / (5040 * nu ** 7)) * (61 + 662 * tan ** 2 + 1320 * tan ** 4 + 720 * tan ** 6) * d ** 7
  const across = a / Math.sqrt(1 - square * Math.sin(phi) ** 2)
  const [x, y, z] = [
    across * Math.cos(phi) * Math.cos(lambda),
    across * Math.cos(phi) * Math.sin(lambda),
    across * (1 - square) * Math.sin(phi),
  ]
  const second = Math.PI / 180 / 3600
  const [rx, ry, rz, ppm] = [0.1502 * second, 0.247 * second, 0.8421 * second, -20.4894e-6]
  const p = 446.448 + (1 + ppm) * x - rz * y + ry * z
  const q = -125.157 + rz * x + (1 + ppm) * y - rx * z
  const r = 542.06 - ry * x + rx * y + (1 + ppm) * z
  const [major, flat] = [6_378_137, 1 - (6_356_752.314245 / 6_378_137) ** 2]
  let north = Math.atan2(r, Math.hypot(p, q) * (1 - flat))
  for (let round = 0; round < 8; round++)
    north = Math.atan2(r + (flat * major * Math.sin(north)) / Math.sqrt(1 - flat * Math.sin(north) ** 2), Math.hypot(p, q))
  return [(Math.atan2(q, p) * 180) / Math.PI, (north * 180) / Math.PI]
}

describe('easting and northing', () => {
  // Ordnance Survey’s test points for OSTN15: grid, and ETRS89. Those are what the grid means, to a centimetre.
  const published: [string, number, number, ...Place][] = [
    ['TP01', 91492.146, 11318.804, -6.29977752014, 49.9222639373],
    ['TP05', 438710.92, 114792.25, -1.450514337, 50.9312793791],
    ['TP07', 639821.835, 169565.858, 1.44454730409, 51.3744702555],
    ['TP08', 362269.991, 169978.69, -2.54407618349, 51.4275474302],
    ['TP09, in Lambeth', 530624.974, 178388.464, -0.1199255718, 51.4893656495],
    ['TP11', 599445.59, 225722.826, 0.89724327012, 51.8943663735],
    ['TP20', 422242.186, 433818.701, -1.66379168242, 53.8002151963],
    ['TP30', 267056.768, 846176.972, -4.21926398555, 57.4862500072],
    ['TP40', 395999.668, 1138728.951, -2.07382822798, 60.1330809166],
  ]

  test('are within about 5 metres of what Ordnance Survey publishes, and in London within 3', async () => {
    const rows = published.map(([name, easting, northing]) => `"${name}",${easting},${northing}`)
    const { places, problems } = await placesOf('t.csv', `point,Easting,Northing\n${rows.join('\n')}\n`)
    const off = places.map((place, at) => metres(place as Place, published[at]?.slice(3) as Place))
    expect(Math.max(...off)).toBeLessThan(6)
    expect(off[4]).toBeLessThan(3)
    expect(problems).toContainEqual(
      'Column geometry: derived from Easting and Northing, taken to be of British National Grid (EPSG:27700); right to about 5 metres.',
    )
  })

  test('are what PROJ 9.5 gives by the same seven parameters', async () => {
    // cs2cs of a pipeline: inv tmerc (Airy), helmert position_vector, inv cart (WGS84).
    const given: [number, number, number, number][] = [
      [520077.63, 161939.06, -0.277357197, 51.343861374],
      [540357.94, 158332.07, 0.012221528, 51.306806894],
      [533224.68, 171821.69, -0.085000038, 51.429746364],
      [503595.93, 178342.04, -0.509113582, 51.494540074],
      [526320.19, 193035.2, -0.176663533, 51.621969516],
      [538900.86, 198594.61, 0.007158756, 51.668963414],
      [560527.82, 157142.8, 0.30081405, 51.290795472],
      [700000, 1300000, 3.632020519, 61.464590229],
      [91492.146, 11318.804, -6.299712297, 49.922269968],
      [400000, 0, -2.001336589, 49.900235902],
      [651409.903, 313177.27, 1.716051946, 52.6579786],
    ]
    const lines = given.map(([easting, northing]) => JSON.stringify({ EASTING: easting, NORTHING: northing }))
    const { places } = await placesOf('t.ndjson', lines.join('\n'))
    for (const [at, place] of places.entries()) {
      expect(place?.[0]).toBeCloseTo(given[at]?.[2] as number, 6)
      expect(place?.[1]).toBeCloseTo(given[at]?.[3] as number, 6)
    }
  })

  test('are what the guide’s own formulas give, anywhere on the grid', async () => {
    const drawn = fc.sample(fc.tuple(fc.integer({ min: 1, max: 6_999_999 }), fc.integer({ min: 1, max: 12_999_999 })), {
      numRuns: 1000,
      seed: 27700,
    })
    const points = drawn.map(([east, north]) => [east / 10, north / 10] as const)
    const { places } = await placesOf('t.csv', `easting,northing\n${points.map((point) => point.join(',')).join('\n')}\n`)
    // The guide’s series ends earlier, which shows at the grid’s edges: a centimetre.
    const off = places.map((place, at) => metres(place as Place, byTheGuide(...(points[at] as [number, number]))))
    expect(Math.max(...off)).toBeLessThan(0.05)
  })
})

test('Camden’s eastings and northings are where Camden itself says in degrees', async () => {
  const content = readFileSync(new URL('../../examples/london/camden/data/polling-stations.csv', import.meta.url), 'utf8')
  const { names, rows } = await tableOf('t.csv', content)
  const off = rows.map((row) => {
    const [, latitude, longitude] = /\((.*), (.*)\)/.exec(String(row[names.indexOf('Location')])) ?? []
    const { coordinates } = JSON.parse(String(row.at(-1))) as { coordinates: Place }
    return metres(coordinates, [Number(longitude), Number(latitude)])
  })
  expect(off).toHaveLength(14)
  expect(Math.max(...off)).toBeLessThan(5)
})

test('longitude and latitude are the point that they say, and null where either is empty, out of range, or both are 0', async () => {
  const degree = (most: number) => fc.integer({ min: -most * 1_000_000, max: most * 1_000_000 }).map((units) => units / 1_000_000)
  const drawn = fc.sample(fc.tuple(degree(180), degree(90)), { numRuns: 300, seed: 4326 }) as [number | null, number | null][]
  const odd: [number | null, number | null][] = [
    [null, 51],
    [-0.1, null],
    [0, 0],
    [181, 51],
    [-0.1, -91],
    [0, 51.5],
  ]
  const rows = [...drawn, ...odd]
  const { places, problems } = await placesOf(
    't.csv',
    `name,Longitude,Latitude\n${rows.map(([x, y], at) => `n${at},${x ?? ''},${y ?? ''}`).join('\n')}\n`,
  )
  const isPlace = ([x, y]: [number | null, number | null]) =>
    x !== null && y !== null && Math.abs(x) <= 180 && Math.abs(y) <= 90 && !(x === 0 && y === 0)
  expect(places).toEqual(rows.map((row) => (isPlace(row) ? row : null)))
  expect(problems).toEqual([
    'Column geometry: null in 5 rows, where Longitude and Latitude are empty, no numbers or out of range, or both are 0: no box finds these rows.',
  ])
})

test('rows whose degrees alone are exchanged are told', async () => {
  const { places, problems } = await placesOf('t.csv', 'Latitude,Longitude\n-0.1,51.5\n51.6,-0.2\n')
  expect(places).toEqual([
    [51.5, -0.1],
    [-0.2, 51.6],
  ])
  expect(problems).toEqual([
    'Column geometry: in 1 row Longitude and Latitude look as if they were exchanged: no box over the United Kingdom finds these rows.',
  ])
})

test('longitude and latitude come before easting and northing', async () => {
  const { places, problems } = await placesOf(
    't.csv',
    'Easting,Northing,Longitude,Latitude\n530624,178388,-0.5,51.25\n530625,178389,-0.25,51.5\n',
  )
  expect(places).toEqual([
    [-0.5, 51.25],
    [-0.25, 51.5],
  ])
  expect(problems).toEqual([])
})

test.each<[string, string, RegExp | undefined]>([
  [
    'there is a geometry',
    '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"lon":1,"lat":2},"geometry":{"type":"Point","coordinates":[-0.1,51.5]}}]}',
    undefined,
  ],
  ['degrees are exchanged', 'lon,lat\n51.5,-0.1\n51.4,-0.2\n', /exchanged/],
  ['eastings are kilometres', 'Easting,Northing\n530.0,180.0\n529.5,181.25\n', /look as if they were kilometres/],
  ['the name is taken', 'Geometry,lon,lat\nx,-0.1,51.5\n', /Column Geometry is not a geometry/],
  [
    'there are several',
    'start longitude,start latitude,end longitude,end latitude\n-0.1,51.5,-0.2,51.4\n',
    /Several columns may be longitude or latitude/,
  ],
  ['the values are none', 'lon,lat\n-0.1,51.5\n1000,51.5\n2000,51.5\n', /too few of their values are/],
  ['there is one of two', 'lon,n\n-0.1,51.5\n', undefined],
])('no geometry is derived where %s', async (_, content, told) => {
  const { names, problems, rows } = await tableOf(content.startsWith('{') ? 't.geojson' : 't.csv', content)
  expect(names.filter((name) => name === 'geometry')).toHaveLength(content.startsWith('{') ? 1 : 0)
  expect(rows.every((row) => row.length === names.length)).toBe(true)
  if (told === undefined) expect(problems).toEqual([])
  else expect(problems).toContainEqual(expect.stringMatching(told))
})

test('catalogue.yaml says which columns are coordinates', async () => {
  const columns = '{ x: { semanticType: LONGITUDE }, y: { semanticType: LATITUDE }, longitude: { semanticType: ANGLE } }'
  const opened = await folderOf({ 't.csv': 'x,y,longitude\n-0.25,51.5,7\n', 'catalogue.yaml': `datasets: { t: { columns: ${columns} } }` })
  expect((await opened.texts('t/t')).map((row) => row.at(-1))).toEqual(['{"type":"Point","coordinates":[-0.25,51.5]}'])
})

test('a box finds derived places, in one scan at the source', async () => {
  const opened = await folderOf({ 't.csv': 'name,lon,lat\nin,-0.1,51.5\nout,-0.3,51.5\nnowhere,,\n' })
  const [table] = (await opened.dataset('t')).tables
  const columns = table?.columns ?? []
  const input = scanOf('t/t', columns)
  const predicate = {
    kind: 'withinBox' as const,
    input: { kind: 'column' as const, index: columns.length - 1 },
    west: -0.2,
    south: 51,
    east: 0,
    north: 52,
  }
  const { rows } = await opened.run({ op: 'filter', predicate, input })
  expect(rows.map(({ c0 }) => c0)).toEqual(['in'])
})

describe('a derived geometry opens nothing that its sources do not', () => {
  const content = 'name,lon,lat\na,-0.1,51.5\nb,-0.3,51.4\n'
  const geometryOf = async (said: string, access = 'OPEN') => {
    const opened = await folderOf({ 't.csv': content, 'catalogue.yaml': `datasets: { t: { access: ${access}, columns: ${said} } }` })
    const { tables } = await opened.dataset('t')
    return { opened, geometry: tables[0]?.columns.find(({ name }) => name === 'geometry') as ColumnDescription }
  }

  test.each([
    ['{ lon: { sensitivity: PERSONAL } }', 'PERSONAL'],
    ['{ lat: { sensitivity: SPECIAL_CATEGORY }, lon: { sensitivity: PERSONAL } }', 'SPECIAL_CATEGORY'],
    ['{ lat: { sensitivity: PERSONAL }, geometry: { sensitivity: NONE, title: Where } }', 'PERSONAL'],
    ['{ geometry: { sensitivity: PERSONAL } }', 'PERSONAL'],
    ['{ gone: { sensitivity: PERSONAL }, lat: { unit: degrees } }', 'PERSONAL'],
    ['{ name: { sensitivity: PERSONAL } }', 'NONE'],
  ])('%s', async (said, sensitivity) => {
    const { geometry } = await geometryOf(said)
    expect(geometry.sensitivity).toBe(sensitivity)
    if (sensitivity !== 'NONE') expect(geometry).not.toHaveProperty('profile')
  })

  test('a spoke refuses it as it refuses them', async () => {
    const { opened, geometry } = await geometryOf('{ lon: { sensitivity: PERSONAL } }')
    const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
    const holdings = new Holdings([opened.source], { organisation: undefined, readsPersonal: false }, log)
    await holdings.ready()
    const asked = (name: string) => () =>
      decideScan({ op: 'scan', table: 't/t', columns: [{ name, type: geometry.type }] }, anonymous, undefined, policyOf(holdings))
    expect(asked('lat')).not.toThrow()
    for (const name of ['lon', 'geometry']) expect(asked(name)).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }) as DialsError)
  })
})

test('a file that has lost its rows keeps the column', async () => {
  const opened = await folderOf({ 't.csv': 'name,lon,lat\na,-0.1,51.5\n' })
  const namesOf = async () => (await opened.dataset('t')).tables[0]?.columns.map(({ name, type }) => `${name} ${type}`)
  const before = await namesOf()
  await writeFile(join(opened.folder, 't.csv'), 'name,lon,lat\n')
  expect(await namesOf()).toEqual(before)
  expect(before).toContain('geometry GEOMETRY')
})

test('a table whose other form alone has geometries says so', async () => {
  const features =
    '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"name":"a"},"geometry":{"type":"Point","coordinates":[-0.1,51.5]}}]}'
  const opened = await folderOf({
    't.csv': 'name\nb\n',
    't.geojson': features,
    'u.csv': 'name,lon,lat\na,-0.1,51.5\n',
    'u.geojson': features,
  })
  const told = async (id: string) =>
    (await opened.dataset(id)).tables.flatMap(({ problems }) => problems.filter((problem) => problem.includes('no box finds')))
  expect(await told('t')).toEqual([
    't.geojson has geometries, and the rows are read from t.csv, which has none, and it is not certain which belong to which: no box finds these rows. Put longitude and latitude into t.csv, or give it another name.',
  ])
  expect(await told('u')).toEqual([])
})
