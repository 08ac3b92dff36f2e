import { mkdtemp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { judgeEvent } from '../../src/catalogue/judge-event.js'
import { DuckDbEngine } from '../../src/engine/duckdb.js'
import { folderOf, refusalOf, tableOf, typesOf } from '../files/support/folder.js'
import { openFolder } from '../files/support/source.js'
import { inputOf, tableOfCase } from './support.js'

const told = (pattern: RegExp): unknown => expect.stringMatching(pattern)

/** A Parquet file of a query's rows. */
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

describe('the cases', () => {
  it('p01 (nao1215/filesql#476): unsigned numbers of 64 bits', async () => {
    expect((await tableOfCase('parquet/p01-uint64.parquet')).rows).toEqual([
      ['18446744073709551615', '4294967295'],
      ['0', '0'],
    ])
  })

  it('p02 (own): 38 digits', async () => {
    expect((await tableOfCase('parquet/p02-decimals.parquet')).rows).toEqual([
      ['1234567890123456789012345678.9012345678', '1.50'],
      ['0.0000000001', null],
    ])
  })

  it('p02b (duckdb/duckdb#25058): decimals of 256 bits', async () => {
    expect(await refusalOf('p02b.parquet', await inputOf('parquet/p02b-decimal256.parquet'))).toMatch(
      /Column d: holds decimals of more than 38 digits.*Publish it/,
    )
  })

  it('p03 (own): INT96', async () => {
    const read = await tableOfCase('parquet/p03-int96.parquet')
    expect([read.types, read.rows]).toEqual([{ t: 'TIMESTAMP' }, [['2024-03-31 00:30:00'], ['1899-12-30 00:00:00']]])
  })

  it('p07 (own): no rows', async () => {
    const read = await tableOfCase('parquet/p07-zero-rows.parquet')
    expect([read.types, read.rows]).toEqual([{ id: 'INT64', name: 'STRING' }, []])
  })

  it('p08 (own): text as bytes', async () => {
    const read = await tableOfCase('parquet/p08-binary.parquet')
    expect(read.rows).toEqual([
      ['1', 'Abbey'],
      ['2', 'Alibon'],
    ])
    expect(read.problems).toEqual([told(/^Column name: .*read as text/)])
    expect((await tableOfCase('parquet/p08b-only-binary.parquet')).rows).toEqual([['Abbey'], ['Alibon']])
  })

  it('p12 (own): names that differ in case or by blanks', async () => {
    const read = await tableOfCase('parquet/p12-dup-case.parquet')
    expect([read.names, read.rows]).toEqual([['Name', 'name', 'name_2'], [['1', '2', '3']]])
    expect(read.problems).toEqual([
      told(/^Column 3 had the name of an earlier column/),
      told(/^Columns 1 and 2 have names that differ only in capitals or blanks/),
    ])
  })

  it('p14 (own): dates beyond the calendar', async () => {
    const read = await tableOfCase('parquet/p14-dates.parquet')
    expect(read.types).toEqual({ d: 'DATE', far: 'STRING' })
    expect(read.rows).toEqual([
      ['0001-01-01', '12921-08-18'],
      ['9999-12-31', '0222-09-04 (BC)'],
    ])
    expect(read.problems).toEqual([told(/^Column far: 2 of its values \(the first in row 1\) lie before the year 1 or after 9999/)])
  })

  it('p21 (duckdb/duckdb-ui#139, opengeos/GeoLibre#337): GeoParquet', async () => {
    const read = await tableOfCase('parquet/p21-geoparquet.parquet')
    expect(read.types).toEqual({ n: 'STRING', geometry: 'GEOMETRY' })
    expect(read.rows).toEqual([
      ['a', '{"type":"Point","coordinates":[-0.1,51.5]}'],
      ['b', '{"type":"Point","coordinates":[-0.2,51.6]}'],
    ])
    expect(read.problems).toEqual([])
  })

  it('p22 (duckdb/duckdb#12325): a folder named year=2024', async () => {
    const base = await mkdtemp(join(tmpdir(), 'dials-hive-'))
    const folder = join(base, 'year=2024')
    await mkdir(folder)
    for (const name of ['p22-hive.parquet', 'p22-hive-csv.csv', 'p22-hive-json.json'])
      await writeFile(join(folder, name), await inputOf(`year=2024/${name}`))
    const opened = await openFolder(folder)
    onTestFinished(async () => {
      await opened.close()
      await rm(base, { recursive: true })
    })
    for (const id of ['p22-hive', 'p22-hive-csv', 'p22-hive-json'])
      expect(
        (await opened.dataset(id)).tables[0]?.columns.map(({ name }) => name),
        id,
      ).toEqual(['id', 'n'])
  })
})

describe('columns that cost themselves alone', () => {
  it('bytes', async () => {
    const read = await tableOfCase('parquet-more/bin.parquet')
    expect(read.types).toEqual({ a: 'INT64', good: 'STRING', fix: 'STRING', s: 'JSON', e: 'STRING' })
    expect(read.rows).toEqual([
      ['1', 'Abbey', 'E090', '{"b":"\\\\xFF"}', null],
      ['2', 'Zoë', 'W060', '{"b":"x"}', null],
    ])
    expect(read.problems).toEqual([
      told(/^Column good: .*read as text/),
      told(/^Column bad: holds bytes that are not text; left out/),
      told(/^Column fix: .*read as text/),
      told(/^Column s: it holds bytes/),
      told(/^Column l: holds lists of bytes/),
    ])
  })

  it('dates and times beyond the calendar, and as no value where the publisher asks for them', async () => {
    const read = await tableOfCase('parquet-more/dates.parquet')
    expect(read.types).toEqual({ id: 'INT64', d: 'STRING', neg: 'STRING', t: 'STRING', z: 'STRING', ok: 'DATE' })
    expect(read.rows.map(([, d]) => d)).toEqual(['1970-01-01', '1970-01-02', '10000-01-11'])
    expect(read.problems).toHaveLength(4)
    const opened = await folderOf({
      'd.parquet': await inputOf('parquet-more/dates.parquet'),
      'catalogue.yaml': 'datasets: { d: { columns: { d: { type: DATE }, t: { type: TIMESTAMP }, z: { type: TIMESTAMPTZ } } } }',
    })
    const [table] = (await opened.dataset('d')).tables
    expect(typesOf(table?.columns ?? [])).toMatchObject({ d: 'DATE', neg: 'STRING', t: 'TIMESTAMP', z: 'TIMESTAMPTZ' })
    expect((await opened.texts('d/d')).map((row) => [row[1], row[3], row[4]])).toEqual([
      ['1970-01-01', '1970-01-01 00:00:00', '1970-01-01 00:00:00+00'],
      ['1970-01-02', '1970-01-01 00:00:00.000001', null],
      [null, null, '1970-01-01 00:00:00.000001+00'],
    ])
    expect(table?.problems).toEqual([
      told(/^Column d: .*read as no value/),
      told(/^Column neg: .*kept as text/),
      told(/^Column t: .*read as no value/),
      told(/^Column z: .*read as no value/),
    ])
  })

  it('infinite dates and times', async () => {
    const read = await tableOf(
      't.parquet',
      await parquet(
        "SELECT * FROM (VALUES (DATE '2024-01-01', TIMESTAMP '2024-01-01 10:00:00', 1), ('infinity', '-infinity', 2), (NULL, NULL, 3)) AS v(d, t, n)",
      ),
    )
    expect(read.rows).toEqual([
      ['2024-01-01', '2024-01-01 10:00:00', '1'],
      ['infinity', '-infinity', '2'],
      [null, null, '3'],
    ])
    expect(read.problems).toEqual([told(/^Column d: 1 of its values \(the first in row 2\)/), told(/^Column t: 1 of its values/)])
  })

  it('decimals of 256 bits within lists and records', async () => {
    const read = await tableOfCase('parquet-more/dec-nested.parquet')
    expect([read.names, read.rows]).toEqual([['a'], [['1'], ['2']]])
    expect(read.problems).toEqual([told(/^Column s: holds decimals/), told(/^Column l: holds decimals/)])
  })

  it('nanoseconds', async () => {
    const read = await tableOfCase('parquet-more/ns-utc.parquet')
    expect(read.rows).toEqual([
      ['2024-01-01 00:00:00.123456+00', '2024-01-01 00:00:00.123456', '1970-01-01 00:00:00'],
      ['1970-01-01 00:00:00+00', '1970-01-01 00:00:00', '2024-01-01 00:00:00.123456'],
    ])
    expect(read.problems).toEqual([told(/^Column t: .*nanoseconds/), told(/^Column n: 1 of its times have nanoseconds/)])
    expect((await tableOfCase('parquet-more/time.parquet')).problems).toEqual([told(/^Column t: .*nanoseconds/)])
  })

  it('NaN within lists; dictionaries, maps and small numbers', async () => {
    const read = await tableOfCase('parquet-more/dict.parquet')
    expect(read.rows.map((row) => row.slice(0, 4))).toEqual([
      ['a', '{"k":1}', '1.5', '[1.5,null]'],
      ['b', null, 'NaN', '[null,null]'],
      ['a', '{}', 'Infinity', '[]'],
    ])
    expect(read.problems).toEqual([told(/^Column lf: 2 of its values hold NaN/)])
  })
})

describe('names', () => {
  it('each column answers its own', async () => {
    const read = await tableOfCase('parquet-more/names.parquet')
    expect(read.names).toEqual(['Name', 'name', 'NAME', 'name_2', 'name_1', 'column_6'])
    expect(read.rows).toEqual([['1', '2', '3', '4', '5', '6']])
  })
})

describe('geometries', () => {
  it('of every kind', async () => {
    const read = await tableOfCase('parquet-more/geo-all.parquet')
    expect(
      read.rows.map(([, geometry]) => (geometry === null || geometry === undefined ? null : (JSON.parse(geometry) as unknown))),
    ).toEqual([
      { type: 'Point', coordinates: [-0.1, 51.5] },
      {
        type: 'Polygon',
        coordinates: [
          [
            [0, 51],
            [1, 51],
            [1, 52],
            [0, 51],
          ],
          [
            [0.1, 51.1],
            [0.2, 51.1],
            [0.2, 51.2],
            [0.1, 51.1],
          ],
        ],
      },
      {
        type: 'MultiPolygon',
        coordinates: [
          [
            [
              [0, 51],
              [1, 51],
              [1, 52],
              [0, 51],
            ],
            [
              [0.1, 51.1],
              [0.2, 51.1],
              [0.2, 51.2],
              [0.1, 51.1],
            ],
          ],
        ],
      },
      {
        type: 'MultiPoint',
        coordinates: [
          [1, 2],
          [3, 4],
        ],
      },
      {
        type: 'LineString',
        coordinates: [
          [1e-7, 1e21],
          [3, 4],
        ],
      },
      null,
      { type: 'Point', coordinates: [-0.1, 51.5, 30] },
      { type: 'Point', coordinates: [-0.1, 51.5] },
      { type: 'Point', coordinates: [-0.1, 51.5, 30] },
      { type: 'Point', coordinates: [] },
      { type: 'Polygon', coordinates: [] },
      null,
    ])
    expect(read.problems).toEqual([
      told(/^Column geometry: 1 of its geometries are damaged or are collections.* 2 of its geometries have measures/),
    ])
  })

  it.each<[string, RegExp]>([
    ['geo-bng', /other than WGS84/],
    ['geo-far', /lie beyond 180 or 90 degrees/],
    ['geo-broken', /1 of its geometries are damaged/],
    ['wkb-plain', /names no coordinate system/],
  ])('%s is told', async (name, problem) => {
    const read = await tableOfCase(`parquet-more/${name}.parquet`)
    expect(read.types.geometry).toBe('GEOMETRY')
    expect(read.problems).toEqual([told(problem)])
  })

  it('keeps every digit', async () => {
    const read = await tableOf(
      't.parquet',
      await parquet("SELECT ST_AsWKB(CAST('POINT (-0.1321613783936134 51.44824443524644)' AS GEOMETRY)) AS geom, 1 AS n"),
    )
    expect(read.rows[0]?.[0]).toBe('{"type":"Point","coordinates":[-0.1321613783936134,51.44824443524644]}')
  })
})

describe('files', () => {
  it('without a group of rows', async () => {
    const read = await tableOfCase('parquet-more/no-groups.parquet')
    expect([read.types, read.rows]).toEqual([{ id: 'INT64', n: 'STRING' }, []])
  })

  it('that are encrypted', async () => {
    expect(await refusalOf('t.parquet', Buffer.from('PARE........PARE'))).toMatch(/encrypted Parquet/)
  })

  it('of kinds that are read by their text', async () => {
    const read = await tableOf(
      't.parquet',
      await parquet(
        "SELECT uuid() AS id, TIMETZ '10:00:00+01' AS tz, INTERVAL 1 DAY AS i, 'a'::ENUM('a', 'b') AS e, 0.1::FLOAT AS f, 170141183460469231731687303715884105727::HUGEINT AS h",
      ),
    )
    expect(read.types).toEqual({ id: 'STRING', tz: 'STRING', i: 'STRING', e: 'STRING', f: 'DOUBLE', h: 'DOUBLE' })
  })
})

describe('bytes that are damaged', () => {
  it('cost the column that holds them, and no other', async () => {
    const content = await parquet("SELECT i AS n, 'name ' || i AS name FROM range(20) t(i)")
    // One byte of the first text, within its dictionary or page.
    const at = content.indexOf('name ')
    content[at] = 0xff
    const read = await tableOf('t.parquet', content)
    expect([read.names, read.rows.length]).toEqual([['n'], 20])
    expect(read.problems).toEqual(['Column name: holds texts that are not UTF-8; left out. Write the file again, and check this column.'])
  })

  it('are reported where no column is left', async () => {
    const content = await parquet("SELECT 'name ' || i AS name FROM range(20) t(i)")
    content[content.indexOf('name ')] = 0xff
    expect(await refusalOf('t.parquet', content)).toMatch(/columns are damaged.*write it again/)
  })
})

it('a text that holds a NUL character is served, and is no value of a profile, which no catalogue could keep', async () => {
  const opened = await folderOf({
    't.parquet': await parquet("SELECT * FROM (VALUES ('a' || chr(0), 1), ('b', 2), (chr(0) || 'c', 3), ('a' || chr(0), 4)) t(name, n)"),
  })
  const dataset = await opened.dataset('t')
  expect(judgeEvent({ kind: 'dataset', dataset }, 1 << 20).kind).toBe('shown')
  expect(JSON.stringify(dataset)).not.toContain('\\u0000')
  expect((await opened.texts('t/t')).map(([name]) => name)).toEqual(['a\0', 'b', '\0c', 'a\0'])
})

it('nor is a NUL of JSON or of NDJSON', async () => {
  const opened = await folderOf({ 'a.json': '[{"n":"a\\u0000"},{"n":"b"}]', 'b.ndjson': '{"n\\u0000m":"a\\u0000"}\n' })
  const events = await opened.harvest()
  expect(events.map((event) => judgeEvent(event, 1 << 20).kind)).toEqual(['shown', 'shown', 'complete'])
})
