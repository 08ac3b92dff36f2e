import { describe, expect, it } from 'vitest'
import { folderOf, refusalOf, tableOf, typesOf } from '../files/support/folder.js'
import { scanOf } from '../files/support/source.js'
import { inputOf, tableOfCase } from './support.js'

const told = (pattern: RegExp): unknown => expect.stringMatching(pattern)
const point = (x = -0.1, y = 51.5) => ({ type: 'Point', coordinates: [x, y] })
const feature = (properties: object | null, geometry: object | null = point(), more: object = {}) => ({
  type: 'Feature',
  ...more,
  properties,
  geometry,
})
const collection = (features: object[], more: object = {}) => JSON.stringify({ type: 'FeatureCollection', ...more, features })

/** The texts of one column within a box. */
async function within(
  name: string,
  content: string | Buffer,
  box: { west: number; south: number; east: number; north: number },
): Promise<number> {
  const opened = await folderOf({ [name]: content })
  const id = name.slice(0, name.indexOf('.'))
  const [table] = (await opened.dataset(id)).tables
  const scan = scanOf(`${id}/${table?.id ?? ''}`, table?.columns ?? [])
  const { rows } = await opened.run(scan)
  const geometry = (table?.columns ?? []).findIndex(({ type }) => type === 'GEOMETRY')
  return rows.filter((row) => {
    const text = row[`c${geometry}`] as string | null
    if (text === null) return false
    const [x, y] = (JSON.parse(text) as { coordinates: [number, number] }).coordinates
    return x >= box.west && x <= box.east && y >= box.south && y <= box.north
  }).length
}

describe('the cases', () => {
  it('g01 (OSGeo/gdal#7258, qgis/QGIS#53214): some features have ids', async () => {
    const read = await tableOfCase('geo/g01-some-ids.geojson')
    expect(read.types).toEqual({ n: 'STRING', id: 'INT64', geometry: 'GEOMETRY' })
    expect(read.rows.map((row) => row.slice(0, 2))).toEqual([
      ['a', '101'],
      ['b', null],
      ['c', '103'],
    ])
  })

  it('g01 (OSGeo/gdal#7258, qgis/QGIS#53214): ids of two kinds', async () => {
    const read = await tableOfCase('geo/g01b-mixed-ids.geojson')
    expect(read.types.id).toBe('STRING')
    expect(read.rows.map((row) => row[1])).toEqual(['101', 'way/202'])
  })

  it('g02 (own): features without a geometry', async () => {
    expect((await tableOfCase('geo/g02-null-geometry.geojson')).rows.map((row) => row.map((value) => value !== null))).toEqual([
      [true, false],
      [false, true],
      [false, true],
      [true, true],
    ])
    expect(await within('g02.geojson', await inputOf('geo/g02-null-geometry.geojson'), { west: -1, south: 51, east: 1, north: 52 })).toBe(3)
  })

  it.each(['g03-single-feature.geojson', 'g10-array-of-fc.geojson'])('g03 (own): %s', async (name) => {
    const read = await tableOfCase(`geo/${name}`)
    expect(read.types).toEqual({ n: 'STRING', geometry: 'GEOMETRY' })
    expect(read.rows.map(([n]) => n)).toEqual(name.startsWith('g03') ? ['a'] : ['a', 'b'])
    expect(read.problems).toEqual([])
  })

  it.each(['g05-seq.geojsons', 'g05b-seq.json', 'g06-features.geojsonl', 'g06b-features.ndjson'])(
    'g05 (placemark/placemark#101, systemed/tilemaker#651): %s',
    async (name) => {
      const read = await tableOfCase(`geo/${name}`)
      expect(read.names).toEqual(name.includes('g06b') ? ['n', 'pupils', 'geometry'] : ['n', 'geometry'])
      expect(read.rows.map(([n]) => n)).toEqual(['a', 'b'])
      expect(read.problems).toEqual([])
    },
  )

  it('g07 (own): another coordinate system, by name', async () => {
    expect((await tableOfCase('geo/g07-bng.geojson')).problems).toEqual([told(/other than WGS84.*no box will find them/)])
  })

  it('g07b (own): another coordinate system, without a word', async () => {
    expect((await tableOfCase('geo/g07b-bng-untold.geojson')).problems).toEqual([
      told(/^Features 1 and 2: coordinates beyond 180 or 90 degrees look like British National Grid \(EPSG:27700\).*no box will find them/),
    ])
  })

  it('g12 (nao1215/sqly#388, j10): no features', async () => {
    expect(await refusalOf('g12.geojson', await inputOf('geo/g12-empty.geojson'))).toMatch(/without features.*publish it with a row/)
  })

  it('g13 (own, j07): dates where the publisher says so', async () => {
    const opened = await folderOf({
      'g13.geojson': await inputOf('geo/g13-dated.geojson'),
      'catalogue.yaml': 'datasets: { g13: { columns: { opened: { type: DATE }, at: { type: TIMESTAMPTZ } } } }',
    })
    const [table] = (await opened.dataset('g13')).tables
    expect(typesOf(table?.columns ?? [])).toEqual({ ref: 'STRING', opened: 'DATE', at: 'TIMESTAMPTZ', geometry: 'GEOMETRY' })
    expect((await opened.texts('g13/g13')).map((row) => row.slice(0, 3))).toEqual([
      ['A', '2024-01-31', '2024-01-31 10:00:00+00'],
      ['B', '2024-02-01', '2024-02-01 10:00:00+00'],
    ])
    expect(table?.problems).toEqual([])
  })

  it('g15 (slothflowlabs/duckle#27, j02): a collection on one line, or within an envelope', async () => {
    const content = collection([feature({ n: 'a' }), feature({ n: 'b' })])
    for (const name of ['g15.json', 'g15.ndjson', 'g15.geojson', 'g15.geojsonl'])
      expect(
        (await tableOf(name, content)).rows.map(([n]) => n),
        name,
      ).toEqual(['a', 'b'])
    expect((await tableOf('g15.json', `{"data":${content}}`)).rows.map(([n]) => n)).toEqual(['a', 'b'])
  })

  it('g26 (slothflowlabs/duckle#27, j02): Esri JSON', async () => {
    expect(await refusalOf('g26.json', await inputOf('b3/g26-esri.json'))).toMatch(/Esri JSON, not GeoJSON.*f=geojson/)
  })

  it('g28 (facebook/Rapid#404): exceededTransferLimit', async () => {
    expect((await tableOfCase('b3/g28-exceeded.geojson')).problems).toEqual([told(/only a part of the data: exceededTransferLimit/)])
  })
})

describe('ids', () => {
  it('stand beside a property of that name, under another', async () => {
    const read = await tableOf('t.geojson', collection([feature({ ID: 'x' }, point(), { id: 'way/1' }), feature({ ID: 'y' })]))
    expect(read.names).toEqual(['ID', 'feature_id', 'geometry'])
    expect(read.rows.map((row) => row.slice(0, 2))).toEqual([
      ['x', 'way/1'],
      ['y', null],
    ])
    expect(read.problems).toEqual([told(/in the column feature_id/)])
  })

  it.each<[string, unknown[], string, (string | null)[]]>([
    ['null', [null, 5], 'INT64', [null, '5']],
    ['beyond 64 bits', ['18446744073709551616', 5], 'STRING', ['18446744073709551616', '5']],
    ['fractions', [1.5, 2], 'DECIMAL(1)', ['1.5', '2.0']],
  ])('%s', async (_, ids, type, texts) => {
    const read = await tableOf('t.geojson', collection(ids.map((id) => feature({ n: 1 }, point(), { id }))))
    expect(read.types.id).toBe(type)
    expect(read.rows.map((row) => row[1])).toEqual(texts)
  })
})

describe('how features lie in a file', () => {
  const two = [feature({ n: 'a' }), feature({ n: 'b' })]
  it.each<[string, string, string]>([
    ['a text sequence (RFC 8142)', 't.geojsons', two.map((one) => `\x1e${JSON.stringify(one, null, 1)}\n`).join('')],
    ['a text sequence under .geojson', 't.geojson', two.map((one) => `\x1e${JSON.stringify(one)}\n`).join('')],
    ['lines under .geojson', 't.geojson', two.map((one) => JSON.stringify(one)).join('\r\n')],
    ['objects after each other', 't.geojson', two.map((one) => JSON.stringify(one, null, 2)).join('')],
    ['a list', 't.json', JSON.stringify(two)],
    ['a list under .geojson', 't.geojson', JSON.stringify(two, null, 1)],
    ['a collection a line', 't.ndjson', two.map((one) => collection([one])).join('\n')],
    ['features before the type', 't.json', JSON.stringify({ features: two, type: 'FeatureCollection' }, null, 1)],
    ['features before the type, on one line', 't.json', JSON.stringify({ features: two, type: 'FeatureCollection' })],
    ['a collection without its type', 't.geojson', JSON.stringify({ features: two })],
    [
      'a collection with a comma at the end',
      't.geojson',
      `{"type":"FeatureCollection","features":[${two.map((one) => JSON.stringify(one)).join(',')},]}`,
    ],
  ])('%s', async (_, name, content) => {
    const read = await tableOf(name, content)
    expect(read.types).toEqual({ n: 'STRING', geometry: 'GEOMETRY' })
    expect(read.rows.map(([n]) => n)).toEqual(['a', 'b'])
  })

  it.each<[string, object, number]>([
    ['a geometry', point(), 1],
    ['a collection of geometries', { type: 'GeometryCollection', geometries: [point(), point()] }, 1],
    ['a list of geometries', [point(), point(-0.2)], 2],
  ])('%s is rows of a geometry, and told', async (_, content, rows) => {
    const read = await tableOf('t.geojson', JSON.stringify(content, null, 1))
    expect(read.types).toEqual({ geometry: 'GEOMETRY' })
    expect(read.rows).toHaveLength(rows)
    expect(read.problems).toEqual([told(/geometries without features/)])
  })

  it('costs a feature what is none', async () => {
    const bad = [
      '{"type":"Feature","properties":[1],"geometry":null}',
      '{"name":"x"}',
      'null',
      '{"type":"Feature","properties":{"n":}}',
      '{"type":"Feature","properties":{"n":"z"},"geometry":"round"}',
    ]
    const read = await tableOf('t.geojson', `{"type":"FeatureCollection","features":[${JSON.stringify(two[0])},${bad.join(',')}]}`)
    expect(read.rows.map(([n]) => n)).toEqual(['a', 'z'])
    expect(read.problems).toEqual([
      told(/^Feature 2: its properties are not an object; left out/),
      told(/^Feature 3: not a GeoJSON feature/),
      told(/^Feature 4: not a JSON object/),
      told(/^Feature 5: not valid JSON/),
      told(/^Feature 6: its geometry is not an object; read as no geometry/),
    ])
  })

  it('tells what is not in the properties', async () => {
    const read = await tableOf(
      't.geojson',
      collection([feature({ n: 'a' }, point(), { title: 'x', bbox: [0, 0, 1, 1] })], { name: 'roads', legend: 1 }),
    )
    expect(read.names).toEqual(['n', 'geometry'])
    expect(read.problems).toEqual([told(/Members beside the properties.*\("legend", "title"\)/)])
  })

  it('names the map format that it refuses', async () => {
    expect(
      await refusalOf(
        't.json',
        JSON.stringify({
          type: 'Topology',
          objects: { a: { type: 'GeometryCollection', geometries: [{ type: 'Point', coordinates: [0, 0] }] } },
          arcs: [],
        }),
      ),
    ).toMatch(/TopoJSON, not GeoJSON/)
    expect(await refusalOf('t.geojson', JSON.stringify({ type: 'Topology', arcs: [[[0, 0]]], objects: {} }, null, 2))).toMatch(/TopoJSON/)
    expect(await refusalOf('t.json', JSON.stringify({ objectIdFieldName: 'x', features: [{ attributes: { a: 1 } }] }))).toMatch(/Esri JSON/)
    expect(await refusalOf('t.geojson', JSON.stringify({ error: { code: 400, message: 'x', details: ['y'] } }))).toMatch(
      /message of an error/,
    )
  })
})

describe('coordinates', () => {
  const of = async (features: object[], more: object = {}) => (await tableOf('t.geojson', collection(features, more))).problems
  const crs = (name: string) => ({ crs: { type: 'name', properties: { name } } })

  it.each([
    'urn:ogc:def:crs:OGC:1.3:CRS84',
    'urn:ogc:def:crs:OGC::CRS84',
    'OGC:CRS84',
    'EPSG:4326',
    'urn:ogc:def:crs:EPSG::4326',
    'urn:ogc:def:crs:EPSG:6.9:4326',
    'http://www.opengis.net/def/crs/EPSG/0/4326',
    'urn:x-ogc:def:crs:EPSG:4326',
    'WGS84',
  ])('%s is WGS84', async (name) => {
    expect(await of([feature({ n: 1 })], crs(name))).toEqual([])
  })

  it.each([
    'EPSG:27700',
    'urn:ogc:def:crs:EPSG::27700',
    'urn:ogc:def:crs:EPSG::3857',
    'http://www.opengis.net/def/crs/EPSG/0/27700',
    'urn:ogc:def:crs:EPSG::43260'.slice(0, 25) + '78',
  ])('%s is none', async (name) => {
    expect(await of([feature({ n: 1 }, point(530000, 180000))], crs(name))).toEqual([told(/other than WGS84/)])
  })

  it('asks where latitude may come first', async () => {
    expect(await of([feature({ n: 1 }, point(51.5, -0.1))])).toEqual([told(/latitude came first/)])
    expect(await of([feature({ n: 1 }, point(10, 20))], crs('urn:ogc:def:crs:EPSG::4326'))).toEqual([told(/See on a map/)])
    expect(await of([feature({ n: 1 }, point(10, 20))])).toEqual([])
  })

  it('finds what lies outside within any geometry, and metres', async () => {
    expect(
      await of([
        feature({ n: 1 }),
        feature(
          { n: 2 },
          {
            type: 'GeometryCollection',
            geometries: [
              point(),
              {
                type: 'MultiPolygon',
                coordinates: [
                  [
                    [
                      [0, 0],
                      [1, 0],
                      [181, 1],
                      [0, 0],
                    ],
                  ],
                ],
              },
            ],
          },
        ),
      ]),
    ).toEqual([told(/^Feature 2: coordinates beyond 180 or 90 degrees; kept/)])
    expect(await of([feature({ n: 1 }, point(-11131.9, 6711542.5))])).toEqual([told(/Web Mercator/)])
    expect(await of([feature({ n: 1 }, point(180, 90)), feature({ n: 2 }, point(-180, -90))])).toEqual([])
  })

  it('takes heights, empty lists and null', async () => {
    const read = await tableOf(
      't.geojson',
      collection([
        feature({ n: 1 }, { type: 'Point', coordinates: [-0.1, 51.5, 530_000] }),
        feature({ n: 2 }, { type: 'Polygon', coordinates: [] }),
        feature({ n: 3 }, null),
      ]),
    )
    expect(read.rows).toEqual([
      ['1', '{"type":"Point","coordinates":[-0.1,51.5,530000]}'],
      ['2', '{"type":"Polygon","coordinates":[]}'],
      ['3', null],
    ])
    expect(read.problems).toEqual([])
  })
})

describe('parts of a whole', () => {
  it.each<[string, object, number]>([
    ['ArcGIS', { exceededTransferLimit: true }, 1],
    ['ArcGIS, in its properties', { properties: { exceededTransferLimit: true } }, 1],
    [
      'OGC API Features',
      {
        numberMatched: 10,
        numberReturned: 1,
        links: [
          { rel: 'self', href: 'a' },
          { rel: 'next', href: 'b' },
        ],
      },
      1,
    ],
    ['a WFS', { totalFeatures: 10, numberReturned: 1 }, 1],
    ['a whole', { exceededTransferLimit: false, numberMatched: 1, numberReturned: 1, links: [{ rel: 'self', href: 'a' }] }, 0],
  ])('%s', async (_, more, problems) => {
    expect(
      (await tableOf('t.geojson', collection([feature({ n: 1 })], more))).problems.filter((one) => one.includes('only a part')),
    ).toHaveLength(problems)
    const behind = JSON.stringify({ type: 'FeatureCollection', features: [feature({ n: 1 })], ...more }, null, 1)
    expect((await tableOf('t.json', behind)).problems.filter((one) => one.includes('only a part'))).toHaveLength(problems)
  })
})
