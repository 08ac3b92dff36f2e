import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DatasetDescription, TableDescription } from '../../src/connector/catalogue.js'
import { isLong, long } from '../support/long.js'
import { type OpenedFolder, openFolder } from './support/source.js'
import { typesOf } from './support/folder.js'

const london = fileURLToPath(new URL('../../../shared/data/london', import.meta.url))
const present = existsSync(london)
if (!present) console.warn('NOT RUN: the real files, read. ../shared/data is not beside this checkout')
else if (!isLong) console.warn('NOT RUN: the real files, read. They take long: npm run test:long')

describe.skipIf(!present || !isLong)('real open data of London', { tags: [long] }, () => {
  const opened = new Map<string, OpenedFolder>()
  const datasets = new Map<string, DatasetDescription>()

  beforeAll(async () => {
    for (const name of ['.', 'barnet', 'camden', 'gla', 'lambeth', 'wandsworth']) {
      const folder = await openFolder(join(london, name))
      opened.set(name, folder)
      for (const event of await folder.harvest()) if (event.kind === 'dataset') datasets.set(`${name}/${event.dataset.id}`, event.dataset)
    }
  })

  afterAll(async () => {
    for (const folder of opened.values()) await folder.close()
  })

  const table = (path: string) => datasets.get(path)?.tables[0] as TableDescription

  it.each<[string, number]>([
    ['barnet/polling-stations', 91],
    ['camden/polling-stations', 61],
    ['lambeth/polling-stations', 101],
    ['wandsworth/polling-stations', 83],
    ['barnet/public-toilets', 26],
    ['camden/public-toilets', 39],
    ['lambeth/public-toilets', 32],
    ['camden/grit-bins', 177],
    ['wandsworth/grit-bins', 55],
    ['camden/libraries', 13],
    ['lambeth/libraries', 11],
    ['wandsworth/libraries', 11],
    ['barnet/schools', 161],
    ['camden/schools', 658],
    ['lambeth/schools', 100],
    ['wandsworth/schools', 81],
    ['gla/crime-major-burglary', 4829],
    ['gla/crime-minor-theft-bicycle', 4829],
    ['gla/airquality-lsoa11-2019-no2', 4835],
    ['gla/population-mid2020-lsoa', 4835],
    // 971 payments; the Grand Total row is set aside.
    ['lambeth/lambeth-payments-over500-apr2012', 971],
    ['./waltham-forest', 70],
  ])('%s has %i rows', (path, rows) => {
    expect(table(path).rowCount).toBe(rows)
  })

  it('takes every table from the first of its formats, and reports all', () => {
    expect(datasets.get('camden/libraries')?.distributions.map(({ id }) => id)).toEqual(['csv', 'geojson'])
    expect(table('camden/libraries').columns.at(-1)).toMatchObject({
      name: 'geometry',
      type: 'GEOMETRY',
      description: expect.stringContaining('Derived from Longitude and Latitude') as unknown,
    })
  })

  it('sums the payments of Lambeth exactly', async () => {
    const { rows } = await (opened.get('lambeth') as OpenedFolder).run({
      op: 'aggregate',
      groups: [],
      measures: [{ function: 'SUM', input: { kind: 'column', index: 1 } }, { function: 'COUNT' }],
      input: {
        op: 'filter',
        predicate: {
          kind: 'compare',
          comparison: 'ne',
          left: { kind: 'column', index: 0 },
          right: { kind: 'literal', shape: { type: 'STRING' }, value: 'Grand Total' },
        },
        input: {
          op: 'scan',
          table: 'lambeth-payments-over500-apr2012/lambeth-payments-over500-apr2012',
          columns: [
            { name: 'Supplier Name', type: 'STRING' },
            { name: 'Total', type: 'DECIMAL', scale: 2 },
          ],
        },
      },
    })
    expect(rows).toEqual([{ c0: '38864454.90', c1: 971n }])
  })

  it('tells the blemishes of the payments', () => {
    expect(table('lambeth/lambeth-payments-over500-apr2012').problems).toEqual([
      expect.stringContaining('Windows-1252'),
      expect.stringContaining('Line 1 above the table'),
      expect.stringContaining('no field holds a value'),
      expect.stringMatching(
        /^Row 972 .* says "grand total", nothing else, and holds the exact sum of all 971 rows above it in column Total/,
      ),
      expect.stringContaining('totals: KEEP'),
    ])
  })

  it('keeps years as names, and what a typed format says', () => {
    expect(typesOf(table('gla/crime-major-burglary').columns)).toMatchObject({ LSOA11CD: 'STRING', 2011: 'DECIMAL(1)', 2021: 'DECIMAL(1)' })
    expect(typesOf(table('barnet/schools').columns)).toMatchObject({ URN: 'STRING', geometry: 'GEOMETRY' })
    expect(typesOf(table('lambeth/polling-stations').columns)).toMatchObject({ UPRN: 'INT64', EASTING: 'DOUBLE' })
  })

  it('reads 09/01/2026 as the ninth of January, and reports that nothing shows it', async () => {
    const grit = table('camden/grit-bins')
    expect(typesOf(grit.columns)['Last Uploaded']).toBe('TIMESTAMP')
    expect(grit.problems).toEqual([
      expect.stringContaining('grit-bins.geojson: not read'),
      expect.stringContaining('Column Last Uploaded: no value shows'),
    ])
    const { rows } = await (opened.get('camden') as OpenedFolder).run({
      op: 'aggregate',
      groups: [{ kind: 'column', index: 0 }],
      measures: [{ function: 'COUNT' }],
      input: { op: 'scan', table: 'grit-bins/grit-bins', columns: [{ name: 'Last Uploaded', type: 'TIMESTAMP' }] },
    })
    expect(rows).toEqual([{ c0: '2026-01-09 13:55:48', c1: 177n }])
  })

  it('recognises codes and places', () => {
    const semantics = (path: string) =>
      Object.fromEntries(
        table(path).columns.flatMap(({ name, semanticType }) => (semanticType === undefined ? [] : [[name, semanticType]])),
      )
    expect(semantics('gla/population-mid2020-lsoa')).toEqual({ LSOA11CD: 'LSOA', MSOA11CD: 'MSOA', LAD11CD: 'LOCAL_AUTHORITY' })
    expect(semantics('camden/public-toilets')).toMatchObject({
      Postcode: 'POSTCODE',
      Telephone: 'PHONE',
      'Ward Code': 'WARD',
      Easting: 'EASTING',
      Latitude: 'LATITUDE',
    })
    expect(semantics('lambeth/schools')).toMatchObject({ UPRN: 'UPRN', POSTCODE: 'POSTCODE' })
    expect(semantics('barnet/schools')).toMatchObject({ URN: 'URN' })
  })

  it('finds nobody in lists of places', () => {
    const personal = [...datasets].flatMap(([path, { tables }]) =>
      tables.flatMap(({ columns }) => columns.filter(({ sensitivity }) => sensitivity !== 'NONE').map(({ name }) => `${path} ${name}`)),
    )
    expect(personal).toEqual([])
  })

  it('reports that an .xls file is not read', async () => {
    const events = await (opened.get('.') as OpenedFolder).harvest()
    expect(events.filter((event) => event.kind === 'problem' && event.sourceId.includes('_'))).toMatchObject([
      { kind: 'problem', sourceId: 'westminster_2015.xls', message: expect.stringContaining('Save it as .xlsx or CSV') as unknown },
    ])
  })
})
