import { parse as parseCsv } from 'csv-parse/sync'
import { parquetReadObjects } from 'hyparquet'
import { parse as parseExact } from 'lossless-json'
import { describe, expect, it } from 'vitest'
import { hubOfTwo } from '../support/hub-of-two.js'
import { post } from './support/post.js'
import { writeOddTable } from './support/odd-table.js'

const odd = 'camden/odd/odd'
const places =
  '{"type":"FeatureCollection","features":[' +
  '{"type":"Feature","geometry":{"type":"Point","coordinates":[-0.1,51.5]},"properties":{"name":"A \\"place\\"","n":1}},' +
  '{"type":"Feature","geometry":null,"properties":{"name":"=nowhere","n":null}}]}'
const held = hubOfTwo(
  {
    'camden/data/places.geojson': places,
    'camden/data/grid.geojson':
      '{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::27700"}},"features":[' +
      '{"type":"Feature","geometry":{"type":"Point","coordinates":[530000,180000]},"properties":{"name":"A place"}}]}',
    'camden/data/empty.csv': 'a,b\n',
    'camden/data/one.csv': `only\nx\n""\ny\n`,
  },
  (workspace) => writeOddTable(workspace.path('camden/data/odd.parquet')),
)

interface Page {
  columns: { name: string; type: string; encoding: string }[]
  rows: (string | number | boolean | null)[][]
  downloads: { format: string; url: string }[]
}

async function pageOf(input: object): Promise<Page> {
  const { data, errors } = await held.hub.ask<{ query: Page }>(
    'query ($input: QueryInput!) { query(input: $input) { columns { name type encoding } rows downloads { format url } } }',
    { input },
  )
  if (!data) throw new Error(JSON.stringify(errors))
  return data.query
}

const ordered = { from: { table: odd }, orderBy: [{ column: 'n' }] }
const textOf = (cell: unknown) => (cell === null ? '' : String(cell))

describe('a download has the rows of the graph', () => {
  it('as CSV, read by another reader', async () => {
    const { columns, rows } = await pageOf(ordered)
    const response = await post(held.hub.url, ordered, 'csv', {})
    expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8')
    const text = await response.text()
    const [header, ...read] = parseCsv(text, { record_delimiter: '\r\n' }) as string[][]
    expect(header).toEqual(columns.map(({ name }) => (name === '=header' ? "'=header" : name)))
    const formula = columns.findIndex(({ name }) => name === 'formula')
    const doubles = columns.flatMap(({ type }, index) => (type === 'DOUBLE' ? [index] : []))
    const plain = (row: unknown[]) => row.map((cell, index) => (doubles.includes(index) && cell !== '' ? Number(cell) : cell))
    expect(read.map(plain)).toEqual(
      rows.map((row) => plain(row.map((cell, index) => (index === formula ? `'${textOf(cell)}` : textOf(cell))))),
    )
  })

  it('as CSV for a spreadsheet: a mark, semicolons, and formulas kept where they are wanted', async () => {
    const response = await fetch(
      `${held.hub.url}/query?format=csv&bom=1&separator=%3B&formulas=keep&input=${encodeURIComponent(JSON.stringify({ ...ordered, select: [{ column: 'n' }, { column: 'formula' }] }))}`,
    )
    const bytes = Buffer.from(await response.arrayBuffer())
    expect(bytes.subarray(0, 3)).toEqual(Buffer.from([0xef, 0xbb, 0xbf]))
    expect(parseCsv(bytes, { bom: true, delimiter: ';' })).toEqual([
      ['n', 'formula'],
      ['0', '=1+1'],
      ['1', '@SUM(A1)'],
      ['2', '-1+2'],
      ['3', '+cmd|x'],
      ['4', '\tx'],
    ])
  })

  it('as NDJSON, with every digit', async () => {
    const { columns, rows } = await pageOf(ordered)
    const text = await (await post(held.hub.url, ordered, 'ndjson')).text()
    const lines = text.trimEnd().split('\n')
    const read = lines.map((line) => parseExact(line) as Record<string, unknown>)
    expect(read.map((record) => Object.keys(record))).toEqual(rows.map(() => columns.map(({ name }) => name)))
    const cell = (value: unknown, index: number) => (columns[index]?.type === 'DOUBLE' && value !== null ? Number(value) : textOf(value))
    expect(read.map((record) => Object.values(record).map(cell))).toEqual(rows.map((row) => row.map(cell)))
  })

  it('as Parquet, with types and the published names, read by another reader', async () => {
    const { columns, rows } = await pageOf(ordered)
    const file = await (await post(held.hub.url, ordered, 'parquet')).arrayBuffer()
    const read = (await parquetReadObjects({ file })) as Record<string, unknown>[]
    expect(Object.keys(read[0] ?? {})).toEqual(columns.map(({ name }) => name))
    const at = (name: string) => columns.findIndex((column) => column.name === name)
    const cells = (name: string) => read.map((record) => record[name])
    expect(cells('text')).toEqual(rows.map((row) => row[at('text')]))
    expect(cells('looks like')).toEqual(rows.map((row) => row[at('looks like')]))
    expect(cells('formula')).toEqual(rows.map((row) => row[at('formula')]))
    expect(cells('whole')).toEqual([9007199254740993n, -9223372036854775808n, 0n, null, 7n])
    expect(cells('double')).toEqual([0.1, NaN, Infinity, null, -1e300])
    expect(cells('flag')).toEqual([true, false, null, true, false])
    expect(cells('day').map((day) => (day as Date | null)?.toISOString().slice(0, 10) ?? null)).toEqual(rows.map((row) => row[at('day')]))
    expect(cells('moment').map((moment) => (moment as Date | null)?.getTime() ?? null)).toEqual(
      rows.map((row) => (row[at('moment')] === null ? null : Math.floor(Date.parse(String(row[at('moment')]))))),
    )
  })

  it('as GeoJSON (RFC 7946), where there is a geometry', async () => {
    const input = { from: { table: 'camden/places/places' } }
    const response = await post(held.hub.url, input, 'geojson')
    expect(response.headers.get('content-type')).toMatch('application/geo+json')
    const read = (await response.json()) as { type: string; features: { type: string; geometry: object | null; properties: object }[] }
    expect(read.type).toBe('FeatureCollection')
    expect(read.features.map(({ geometry }) => geometry)).toEqual([{ type: 'Point', coordinates: [-0.1, 51.5] }, null])
    expect(read.features.map(({ properties }) => properties)).toEqual([
      { name: 'A "place"', n: 1 },
      { name: '=nowhere', n: null },
    ])
    const refused = await post(held.hub.url, ordered, 'geojson')
    expect([refused.status, await refused.json()]).toEqual([
      400,
      expect.objectContaining({ code: 'BAD_USER_INPUT', inputPath: ['select'] }),
    ])
  })

  it('is no GeoJSON where the coordinates are not in WGS84, and that is told beside the rows', async () => {
    const input = { from: { table: 'camden/grid/grid' } }
    const refused = await post(held.hub.url, input, 'geojson')
    expect([refused.status, await refused.json()]).toEqual([
      400,
      expect.objectContaining({
        code: 'BAD_USER_INPUT',
        detail: expect.stringMatching(/'geometry' in camden\/grid\/grid are not in WGS84/) as string,
      }),
    ])
    expect((await post(held.hub.url, { ...input, select: [{ column: 'name' }] }, 'csv')).status).toBe(200)
    const { data } = await held.hub.ask('query ($input: QueryInput!) { query(input: $input) { warnings { code table column } } }', {
      input,
    })
    expect(data).toEqual({ query: { warnings: [{ code: 'NOT_WGS84', table: 'camden/grid/grid', column: 'geometry' }] } })
  })

  it('where there are none', async () => {
    const input = { from: { table: 'camden/empty/empty' } }
    expect(await (await post(held.hub.url, input, 'csv')).text()).toBe('a,b\r\n')
    expect(await (await post(held.hub.url, input, 'ndjson')).text()).toBe('')
    const parquet = await (await post(held.hub.url, input, 'parquet')).arrayBuffer()
    expect(await parquetReadObjects({ file: parquet })).toEqual([])
    const none = { from: { table: 'camden/places/places' }, where: { column: 'n', eq: 5 } }
    expect(await (await post(held.hub.url, none, 'geojson')).json()).toEqual({ type: 'FeatureCollection', features: [] })
  })

  it('where a row has nothing in its only column: no reader passes over it', async () => {
    const { rows } = await pageOf({ from: { table: 'camden/one/one' } })
    const text = await (await post(held.hub.url, { from: { table: 'camden/one/one' } }, 'csv')).text()
    expect(parseCsv(text)).toEqual([['only'], ...rows.map(([cell]) => [textOf(cell)])])
  })
})

describe('HEAD', () => {
  it.each([
    ['/tables/camden/places/places.geojson', 200],
    [`/tables/${odd}.geojson`, 400],
    ['/tables/camden/grid/grid.geojson', 400],
    ['/tables/camden/grid/grid.xlsx', 200],
    ['/tables/camden/none/none.csv', 404],
    ['/tables/camden/places/places.txt', 400],
    ['/tables/camden/places/places.csv?select=none', 400],
    ['/tables/camden/places/places.ndjson?bom=1', 400],
    ['/query?format=csv', 400],
    [`/query?input=${encodeURIComponent(JSON.stringify({ ...ordered, limit: -1 }))}`, 400],
    ['/query/none/report', 404],
  ])('of %s has the status and the headers of GET, and no body', async (path, status) => {
    const [get, head] = await Promise.all(['GET', 'HEAD'].map((method) => fetch(held.hub.url + path, { method })))
    expect([get?.status, head?.status]).toEqual([status, status])
    expect(head?.headers.get('content-type')).toBe(get?.headers.get('content-type'))
    expect(await head?.text()).toBe('')
    await get?.text()
  })
})

describe('the same query', () => {
  it('is offered in the graph, in each format that it can have', async () => {
    const { downloads, rows } = await pageOf({ from: { table: 'camden/places/places' } })
    expect(downloads.map(({ format }) => format)).toContain('geojson')
    expect((await pageOf(ordered)).downloads.map(({ format }) => format)).not.toContain('geojson')
    expect((await pageOf({ from: { table: 'camden/grid/grid' } })).downloads.map(({ format }) => format)).not.toContain('geojson')
    const csv = await fetch(downloads.find(({ format }) => format === 'csv')?.url ?? '')
    expect((parseCsv(await csv.text()) as unknown[]).length).toBe(rows.length + 1)
  })

  it('of one table has an address of its own, with select, where and limit', async () => {
    const where = encodeURIComponent(JSON.stringify({ column: 'n', gte: 3 }))
    const response = await fetch(`${held.hub.url}/tables/${odd}.csv?select=n&select=Name&where=${where}&limit=1`)
    expect(await response.text()).toBe('n,Name\r\n3,d\r\n')
  })

  it('has no limit unless one is asked for', async () => {
    const members = Array.from({ length: 300 }, () => odd)
    const text = await (await post(held.hub.url, { from: { union: members }, select: [{ column: 'n' }] }, 'csv')).text()
    expect(text.trimEnd().split('\r\n').length).toBe(1 + 300 * 5)
  })

  it('is written as the client prefers', async () => {
    const ask = (accept: string) =>
      fetch(`${held.hub.url}/query?input=${encodeURIComponent(JSON.stringify(ordered))}`, { headers: { accept } })
    expect((await ask('*/*')).headers.get('content-type')).toMatch('text/csv')
    expect((await ask('application/vnd.apache.parquet, */*;q=0.1')).headers.get('content-type')).toBe('application/vnd.apache.parquet')
    expect((await ask('application/x-ndjson')).headers.get('content-type')).toMatch('application/x-ndjson')
    expect((await ask('image/png')).status).toBe(406)
  })

  it('is smaller as gzip, and has a name that people recognise', async () => {
    const response = await fetch(`${held.hub.url}/tables/${odd}.csv`, { headers: { 'accept-encoding': 'gzip' } })
    expect(response.headers.get('content-encoding')).toBe('gzip')
    expect(response.headers.get('content-disposition')).toMatch(/^attachment; filename="camden odd \d{4}-\d\d-\d\d\.csv"$/)
    expect(parseCsv(await response.text())).toHaveLength(6)
  })

  it('has a report without its rows, for a day and the same viewer', async () => {
    const response = await post(held.hub.url, { from: { union: [odd, odd] } }, 'csv')
    const [, path = ''] = /^<([^>]+)>; rel="describedby"$/.exec(response.headers.get('link') ?? '') ?? []
    expect(response.headers.get('dials-result')).toBe('complete=true')
    await response.text()
    await expect.poll(async () => (await fetch(held.hub.url + path)).status).toBe(200)
    const report = (await (await fetch(held.hub.url + path)).json()) as Record<string, unknown>
    expect(report).toMatchObject({ complete: true, rowCount: 10, matches: [], warnings: [], sources: [{ spoke: 'camden', status: 'OK' }] })
    expect(report).not.toHaveProperty('rows')
    expect((await fetch(`${held.hub.url}/query/${'0'.repeat(8)}-0000-0000-0000-${'0'.repeat(12)}/report`)).status).toBe(404)
  })
})
