import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { DuckDbEngine } from '../../src/engine/duckdb.js'
import { tableOf } from './support/folder.js'

const feature = (properties: object | null, geometry: object | null, more: object = {}) => ({
  type: 'Feature',
  ...more,
  geometry,
  properties,
})
const point = { type: 'Point', coordinates: [-0.1321613783936134, 51.448244435246437] }

describe('JSON', () => {
  it('keeps types, the order of first appearance, and every digit', async () => {
    const read = await tableOf(
      't.json',
      `[{"urn":"101251","2011":5,"big":9007199254740993,"on":true,"x":1.5,"o":{"a": [1,\n2]},"l":[1,"b"],"mix":1},
        {"late":"é","urn":"2024-01-01","2011":-3,"big":null,"on":false,"x":2,"mix":"one","café":"x"}]`,
    )
    expect(read.types).toEqual({
      urn: 'STRING',
      2011: 'INT64',
      big: 'INT64',
      on: 'BOOLEAN',
      x: 'DECIMAL(1)',
      o: 'JSON',
      l: 'LIST',
      mix: 'JSON',
      late: 'STRING',
      café: 'STRING',
    })
    expect(read.names).toEqual(['urn', '2011', 'big', 'on', 'x', 'o', 'l', 'mix', 'late', 'café'])
    expect(read.rows).toEqual([
      ['101251', '5', '9007199254740993', 'true', '1.5', '{"a":[1,2]}', '[1,"b"]', '1', null, null],
      ['2024-01-01', '-3', null, 'false', '2.0', null, null, '"one"', 'é', 'x'],
    ])
  })

  it('tells names apart that differ only in case, and takes odd ones', async () => {
    const read = await tableOf('t.json', '[{"Name":"a","name":"b","a.b":1,"a\\"b":2,"/~":3,"":4," Name ":"c"}]')
    expect(read.names).toEqual(['Name', 'name', 'a.b', 'a"b', '/~', 'column_6', 'Name_2'])
    expect(read.rows).toEqual([['a', 'b', '1', '2', '3', '4', 'c']])
  })

  it.each<[string, string, string, (string | null)[]]>([
    ['whole numbers beyond 64 bits', '[{"v":9223372036854775808},{"v":1}]', 'DECIMAL(0)', ['9223372036854775808', '1']],
    ['the largest of 64 bits', '[{"v":9223372036854775807}]', 'INT64', ['9223372036854775807']],
    ['whole numbers written as fractions', '[{"v":1.0}]', 'DECIMAL(1)', ['1.0']],
    ['nothing but nulls', '[{"v":null}]', 'STRING', [null]],
    ['escapes', '[{"v":"tab\\t\\u00e9 \\ud83d\\ude00 \\"q\\" \\\\ud800"}]', 'STRING', ['tab\té 😀 "q" \\ud800']],
    ['an object or a list', '[{"v":{}},{"v":[]}]', 'JSON', ['{}', '[]']],
    ['an empty text', '[{"v":""},{"v":null}]', 'STRING', ['', null]],
  ])('%s', async (_, content, type, values) => {
    const read = await tableOf('t.json', content)
    expect([read.types.v, read.rows.map(([value]) => value)]).toEqual([type, values])
  })

  it('takes the first of two members of one name, and reports it', async () => {
    const read = await tableOf('t.json', '[{"a":1,"a":2}]')
    expect(read.rows).toEqual([['1']])
    expect(read.problems).toEqual([expect.stringContaining('twice')])
  })

  it('reads an empty list and UTF-16, and objects a line under .json', async () => {
    expect((await tableOf('t.json', Buffer.from('\ufeff[{"a":"é"}]', 'utf16le'))).rows).toEqual([['é']])
    expect((await tableOf('t.json', '{"a":1}\n{"a":2}\n')).rows).toEqual([['1'], ['2']])
    expect((await tableOf('t.jsonl', '\ufeff{"a":1}\r\n{"b":2}\r\n')).rows).toEqual([
      ['1', null],
      [null, '2'],
    ])
  })
})

describe('GeoJSON', () => {
  it('is properties, then the geometry as GeoJSON', async () => {
    const content = {
      name: 'x',
      features: [feature({ NAME: 'Minet', latitude: '51.54', n: 1 }, point), feature({ n: 2, EXTRA: null }, null), feature(null, point)],
      type: 'FeatureCollection',
    }
    const read = await tableOf('t.geojson', JSON.stringify(content, null, 2))
    expect(read.types).toEqual({ NAME: 'STRING', latitude: 'STRING', n: 'INT64', EXTRA: 'STRING', geometry: 'GEOMETRY' })
    const text = '{"type":"Point","coordinates":[-0.1321613783936134,51.44824443524644]}'
    expect(read.rows).toEqual([
      ['Minet', '51.54', '1', null, text],
      [null, null, '2', null, null],
      [null, null, null, null, text],
    ])
    expect(read.problems).toEqual([])
  })

  it("takes features' ids where any has one, beside a property that is called so", async () => {
    const of = async (...features: object[]) => (await tableOf('t.geojson', JSON.stringify({ type: 'FeatureCollection', features }))).types
    expect(await of(feature({ a: 1 }, null, { id: 7 }), feature({ a: 1 }, null, { id: 8 }))).toEqual({
      a: 'INT64',
      id: 'INT64',
      geometry: 'GEOMETRY',
    })
    expect(await of(feature({ a: 1 }, null, { id: 'x' }))).toEqual({ a: 'INT64', id: 'STRING', geometry: 'GEOMETRY' })
    expect(await of(feature({ a: 1 }, null, { id: 7 }), feature({ a: 1 }, null))).toEqual({ a: 'INT64', id: 'INT64', geometry: 'GEOMETRY' })
    expect(await of(feature({ ID: 1 }, null, { id: 7 }))).toEqual({ ID: 'INT64', feature_id: 'INT64', geometry: 'GEOMETRY' })
  })

  it('resolves a property called geometry, and reports it', async () => {
    const read = await tableOf('t.geojson', JSON.stringify({ features: [feature({ geometry: 'round' }, point)] }))
    expect(read.names).toEqual(['geometry', 'geometry_2'])
    expect(read.table.columns[1]?.type).toBe('GEOMETRY')
    expect(read.problems).toEqual([expect.stringContaining('name of an earlier column')])
  })

  it('reports another coordinate system, and not WGS84', async () => {
    const of = async (name: string) =>
      (await tableOf('t.geojson', JSON.stringify({ crs: { type: 'name', properties: { name } }, features: [feature({ a: 1 }, point)] })))
        .problems
    expect(await of('urn:ogc:def:crs:EPSG::27700')).toEqual([expect.stringContaining('WGS84')])
    expect(await of('urn:ogc:def:crs:OGC:1.3:CRS84')).toEqual([])
    expect(await of('urn:ogc:def:crs:EPSG::4326')).toEqual([])
  })

  it('is known under .json as well', async () => {
    expect((await tableOf('t.json', JSON.stringify({ type: 'FeatureCollection', features: [feature({ a: 1 }, point)] }))).types).toEqual({
      a: 'INT64',
      geometry: 'GEOMETRY',
    })
  })
})

describe('Parquet', () => {
  async function parquet(select: string): Promise<Buffer> {
    const folder = await mkdtemp(join(tmpdir(), 'dials-parquet-'))
    const engine = await DuckDbEngine.open({ folders: [folder], memoryMb: 128 })
    onTestFinished(async () => {
      await engine.close()
      await rm(folder, { recursive: true })
    })
    const session = await engine.connect()
    await session.run(`COPY (${select}) TO '${join(folder, 't.parquet')}' (FORMAT parquet)`)
    await session.close()
    return readFile(join(folder, 't.parquet'))
  }

  it('is typed by its schema', async () => {
    const read = await tableOf(
      't.parquet',
      await parquet(`
      SELECT 1::TINYINT AS tiny, 2::UINTEGER AS u, 18446744073709551615::UBIGINT AS ub, 1.5::FLOAT AS f, 2.50::DECIMAL(9, 2) AS d, true AS b, 'x' AS "Name", 'y' AS "name_2",
        DATE '2024-01-02' AS day, TIME '10:00' AS t, TIMESTAMP '2024-01-02 03:04:05' AS ts, TIMESTAMPTZ '2024-01-02 03:04:05+00' AS tz, TIMESTAMP_NS '2024-01-02 03:04:05' AS ns,
        [1, 2] AS l, {'a': 1, 'b': 'x'} AS s, MAP {'k': 1} AS m, '\\xFF'::BLOB AS bytes, uuid() AS id, '0100' AS code, '{"a":1}'::JSON AS j, NULL::INTEGER AS none`),
    )
    expect(read.types).toEqual({
      tiny: 'INT64',
      u: 'INT64',
      ub: 'DECIMAL(0)',
      f: 'DOUBLE',
      d: 'DECIMAL(2)',
      b: 'BOOLEAN',
      Name: 'STRING',
      name_2: 'STRING',
      day: 'DATE',
      t: 'TIME',
      ts: 'TIMESTAMP',
      tz: 'TIMESTAMPTZ',
      ns: 'TIMESTAMP',
      l: 'LIST',
      s: 'JSON',
      m: 'JSON',
      id: 'STRING',
      code: 'STRING',
      j: 'JSON',
      none: 'INT64',
    })
    expect(read.rows[0]?.slice(0, 16)).toEqual([
      '1',
      '2',
      '18446744073709551615',
      '1.5',
      '2.50',
      'true',
      'x',
      'y',
      '2024-01-02',
      '10:00:00',
      '2024-01-02 03:04:05',
      '2024-01-02 03:04:05+00',
      '2024-01-02 03:04:05',
      '[1,2]',
      '{"a":1,"b":"x"}',
      '{"k":1}',
    ])
    expect(read.problems).toEqual([expect.stringContaining('Column bytes: holds bytes')])
  })

  it('is refused where its end is missing', async () => {
    const whole = await parquet('SELECT range AS a FROM range(1000)')
    await expect(tableOf('t.parquet', whole.subarray(0, -40))).rejects.toThrow(/does not end as Parquet/)
    const damaged = Buffer.concat([whole.subarray(0, 40), whole.subarray(-40)])
    await expect(tableOf('t.parquet', damaged)).rejects.toThrow(/damaged|could not be converted/)
  })
})
