import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { folderOf } from './support/folder.js'
import { scanOf } from './support/source.js'

type Properties = Record<string, unknown>
interface Feature {
  readonly properties: Properties
  /** Longitude and latitude; null: it has no geometry. */
  readonly at: [number, number] | null
}

const geojsonOf = (features: readonly Feature[]) =>
  JSON.stringify({
    type: 'FeatureCollection',
    features: features.map(({ properties, at }) => ({
      type: 'Feature',
      properties,
      geometry: at === null ? null : { type: 'Point', coordinates: at },
    })),
  })
const cell = (value: unknown) => `"${String(value ?? '').replaceAll('"', '""')}"`
const csvOf = (rows: readonly (readonly unknown[])[]) => `${rows.map((row) => row.map(cell).join(',')).join('\n')}\n`

/** The table of t.csv beside t.geojson: the places by the first column, in the order of the rows; undefined where none are joined. */
async function joined(csv: string, geojson: string, catalogue?: string) {
  const opened = await folderOf({
    't.csv': csv,
    't.geojson': geojson,
    ...(catalogue === undefined ? {} : { 'catalogue.yaml': catalogue }),
  })
  const { tables } = await opened.dataset('t')
  const [table] = tables
  const geometry = table?.columns.at(-1)
  const isJoined = geometry?.type === 'GEOMETRY'
  const { rows } = await opened.run(scanOf('t/t', table?.columns ?? []))
  const last = `c${(table?.columns.length ?? 0) - 1}`
  const places = rows.map((row) => [
    String(row['c0']),
    isJoined && typeof row[last] === 'string' ? (JSON.parse(row[last]) as { coordinates: unknown }).coordinates : null,
  ])
  return { opened, table, geometry, places: isJoined ? places : undefined, problems: table?.problems ?? [] }
}

const notJoined = 't.geojson has geometries, and the rows are read from t.csv, which has none'

const parks: Feature[] = [
  { properties: { park_name: 'Coram’s Fields', 'Site Ref': 'P7', opened: '1936-07-16', hectares: 2.8 }, at: [-0.12, 51.524] },
  { properties: { park_name: 'Waterlow', 'Site Ref': 'P2', opened: '1889-01-02', hectares: 10.5 }, at: [-0.147, 51.569] },
  { properties: { park_name: 'Kilburn Grange', 'Site Ref': 'P11', opened: null, hectares: 3.2 }, at: null },
]
const parksCsv = csvOf([
  ['Park Name', 'Site ref', 'Keeper', 'Hectares'],
  ['Waterlow', 'P2', 'North', 10.5],
  ['Kilburn Grange', 'P11', '', 3.2],
  ['Coram’s Fields', 'P7', 'South', 2.8],
])

describe('rows that are certainly the features of the GeoJSON file beside them', () => {
  test('get its geometries, whatever the order and the spelling of names', async () => {
    const { geometry, places, problems } = await joined(parksCsv, geojsonOf(parks))
    expect(places).toEqual([
      ['Waterlow', [-0.147, 51.569]],
      ['Kilburn Grange', null],
      ['Coram’s Fields', [-0.12, 51.524]],
    ])
    expect(geometry).toMatchObject({
      name: 'geometry',
      sensitivity: 'NONE',
      nullable: true,
      description:
        'From the GeoJSON form of these data: that of the feature which says the same in Park Name, Site ref, Hectares. Null where the feature has none.',
    })
    expect(problems).toContain(
      'Column geometry: from the GeoJSON form of these data, whose features say the same in Park Name, Site ref, Hectares.',
    )
    expect(problems).toContain('Column geometry: null in 1 row, whose features have none: no box finds these rows.')
    expect(problems.join()).not.toContain(notJoined)
  })

  test('are found by a box', async () => {
    const { opened, table } = await joined(parksCsv, geojsonOf(parks))
    const predicate = {
      kind: 'withinBox' as const,
      input: { kind: 'column' as const, index: 4 },
      west: -0.13,
      south: 51.5,
      east: -0.1,
      north: 51.53,
    }
    const { rows } = await opened.run({ op: 'filter', predicate, input: scanOf('t/t', table?.columns ?? []) })
    expect(rows.map(({ c0 }) => c0)).toEqual(['Coram’s Fields'])
  })

  test('are still when the GeoJSON file changes, and are not once it says something else', async () => {
    const { opened } = await joined(parksCsv, geojsonOf(parks))
    const typeNow = async () => (await opened.dataset('t')).tables[0]?.columns.at(-1)?.type
    await writeFile(join(opened.folder, 't.geojson'), geojsonOf(parks.map((park) => ({ ...park, at: [0, 51] }))))
    expect(await typeNow()).toBe('GEOMETRY')
    await writeFile(join(opened.folder, 't.geojson'), geojsonOf(parks.slice(1)))
    expect(await typeNow()).toBe('DECIMAL')
    await writeFile(join(opened.folder, 't.geojson'), 'no GeoJSON')
    expect(await typeNow()).toBe('DECIMAL')
  })

  test('without the total that the CSV file has below them', async () => {
    const csv = csvOf([
      ['name', 'visits'],
      ['a', 3],
      ['b', 4],
      ['Total', 7],
    ])
    const features = ['b', 'a'].map((name, at): Feature => ({ properties: { name, visits: name === 'a' ? 3 : 4 }, at: [at, 51] }))
    expect((await joined(csv, geojsonOf(features))).places).toEqual([
      ['a', [1, 51]],
      ['b', [0, 51]],
    ])
  })

  test('are as sensitive in it as in the columns by which it was joined', async () => {
    const said = 'datasets: { t: { columns: { Site ref: { sensitivity: PERSONAL }, geometry: { sensitivity: NONE } } } }'
    expect((await joined(parksCsv, geojsonOf(parks), said)).geometry).toMatchObject({ name: 'geometry', sensitivity: 'PERSONAL' })
  })
})

const point = (at: number): [number, number] => [at / 100 - 0.5, 51]
const named = (names: readonly unknown[], more: (at: number) => Properties = () => ({})): Feature[] =>
  names.map((name, at) => ({ properties: { name, ...more(at) }, at: point(at) }))

describe('rows of which that is not certain', () => {
  test.each<[string, string, string]>([
    ['more rows than features', csvOf([['name'], ['a'], ['b'], ['c']]), geojsonOf(named(['a', 'b']))],
    ['more features than rows', csvOf([['name'], ['a'], ['b']]), geojsonOf(named(['a', 'b', 'c']))],
    ['a name twice in each', csvOf([['name'], ['a'], ['a'], ['b']]), geojsonOf(named(['a', 'b', 'a']))],
    ['a name twice in one', csvOf([['name'], ['a'], ['c'], ['b']]), geojsonOf(named(['a', 'b', 'a']))],
    ['another name', csvOf([['name'], ['a'], ['x']]), geojsonOf(named(['a', 'b']))],
    ['nothing in common', csvOf([['title'], ['a'], ['b']]), geojsonOf(named(['a', 'b']))],
    [
      'the same names with other numbers',
      csvOf([
        ['name', 'n'],
        ['a', 5],
        ['b', 9],
      ]),
      geojsonOf(named(['a', 'b'], (at) => ({ n: at }))),
    ],
    [
      'nothing but a count of the rows',
      csvOf([
        ['name', 'title'],
        [1, 'x'],
        [2, 'y'],
        [3, 'z'],
      ]),
      geojsonOf(named([3, 1, 2])),
    ],
    [
      'a count of the rows and what is the same throughout',
      csvOf([
        ['name', 'kind'],
        [1, 'tree'],
        [2, 'tree'],
        [3, 'tree'],
      ]),
      geojsonOf(named([3, 1, 2], () => ({ kind: 'tree' }))),
    ],
    [
      'places that are not in degrees',
      csvOf([['name'], ['a'], ['b']]),
      geojsonOf(['a', 'b'].map((name, at) => ({ properties: { name }, at: [530_000 + at, 180_000] }))),
    ],
    [
      'a column of that name',
      csvOf([
        ['name', 'Geometry'],
        ['a', 'round'],
        ['b', 'flat'],
      ]),
      geojsonOf(named(['a', 'b'])),
    ],
  ])('%s: nothing is joined, and it is told', async (_what, csv, geojson) => {
    const { places, problems } = await joined(csv, geojson)
    expect(places).toBeUndefined()
    expect(problems.filter((problem) => problem.includes(notJoined))).toHaveLength(1)
  })
})

test('random rows get the geometry of their own feature, or none', async () => {
  const row = fc.record({
    code: fc.integer({ min: 0, max: 12 }),
    name: fc.constantFrom('a', 'b', ' c', 'é', '"', 'x,y'),
    size: fc.integer(),
  })
  const cases = fc.uniqueArray(row, { minLength: 2, maxLength: 12, selector: ({ code, name, size }) => `${code} ${name.trim()} ${size}` })
  const change = fc.constantFrom('none', 'extra row', 'extra feature', 'twice', 'other')
  await fc.assert(
    fc.asyncProperty(cases, fc.infiniteStream(fc.nat()), change, async (rows, order, how) => {
      const features = rows
        .map((properties, at): Feature & { by: number } => ({
          properties: { ...properties },
          at: point(at),
          by: order.next().value as number,
        }))
        .sort((left, right) => left.by - right.by)
      const own: unknown[][] = rows.map(({ code, name, size }) => [code, name, size])
      const first = own[0] as unknown[]
      if (how === 'extra row') own.push([99, 'z', 1])
      if (how === 'extra feature') features.push({ properties: { code: 99, name: 'z', size: 1 }, at: [0, 51], by: 0 })
      if (how === 'twice') {
        own.push([...first])
        features.push({ ...(features[0] as (typeof features)[0]), at: [0, 52] })
      }
      if (how === 'other') own[0] = [99, first[1], first[2]]
      const { places } = await joined(csvOf([['code', 'name', 'size'], ...own]), geojsonOf(features))
      if (how !== 'none') expect(places).toBeUndefined()
      else if (places !== undefined) expect(places).toEqual(rows.map(({ code }, at) => [String(code), point(at)]))
      // What differs from row to row and is no count is joined.
      const names = new Set(rows.map(({ name }) => name.trim()))
      if (how === 'none' && names.size > 1) expect(places).toBeDefined()
    }),
    { numRuns: 40 },
  )
})
