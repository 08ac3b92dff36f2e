import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { inferTypes } from '../../connectors/shared/tabular/typing/infer.js'
import type { EngineSession } from '../../src/connector/engine.js'
import { DuckDbEngine } from '../../src/engine/duckdb.js'
import { folderOf, refusalOf } from './support/folder.js'
import { scanOf } from './support/source.js'
import { rows, spreadsheet } from './support/spreadsheet.js'

const upTo = (count: number) => Array.from({ length: count }, (_, at) => at)
const valueOf = (row: number, at: number) => (at % 2 === 0 ? row * at : `text ${row} ${at}`)
const header = (width: number) => upTo(width).map((at) => `c${at}`)
const cells = (width: number) => [1, 2].map((row) => upTo(width).map((at) => valueOf(row, at)))
const objects = (width: number) => [1, 2].map((row) => Object.fromEntries(upTo(width).map((at) => [`c${at}`, valueOf(row, at)])))
const text = (width: number, delimiter: string) => [header(width), ...cells(width)].map((line) => line.join(delimiter)).join('\n')

/** A file of `width` columns named c0 …, and two rows, in each format. */
const wideFile: Record<string, (width: number) => string | Buffer | Promise<Buffer>> = {
  'w.csv': (width) => text(width, ','),
  'w.tsv': (width) => text(width, '\t'),
  'w.json': (width) => JSON.stringify(objects(width)),
  'w.ndjson': (width) =>
    objects(width)
      .map((one) => JSON.stringify(one))
      .join('\n'),
  'w.geojson': (width) =>
    JSON.stringify({
      type: 'FeatureCollection',
      features: objects(width).map((properties) => ({ type: 'Feature', properties, geometry: null })),
    }),
  'w.xlsx': (width) => spreadsheet({ sheets: [rows(header(width), ...cells(width))] }),
  'w.parquet': parquet,
}
const names = Object.keys(wideFile)

async function parquet(width: number): Promise<Buffer> {
  const { folder } = await folderOf({})
  const engine = await DuckDbEngine.open({ folders: [folder], memoryMb: 1024 })
  const session = await engine.connect()
  const outputs = upTo(width).map((at) => (at % 2 === 0 ? `r * ${at} AS c${at}` : `'text ' || r || ' ${at}' AS c${at}`))
  await session.run(`COPY (SELECT ${outputs.join(', ')} FROM range(1, 3) t(r)) TO '${folder}/w.parquet' (FORMAT parquet)`)
  await session.close()
  await engine.close()
  return readFile(join(folder, 'w.parquet'))
}

it.each(names)('%s of 300 columns is read whole, every value in its column', async (name) => {
  const opened = await folderOf({ [name]: await (wideFile[name] as (typeof wideFile)[string])(300) })
  const texts = await opened.texts(name === 'w.xlsx' ? 'w/sheet1' : 'w/w')
  // A GeoJSON file has a column more: its geometries.
  expect(texts.map((row) => row.slice(0, 300))).toEqual(cells(300).map((row) => row.map(String)))
})

it('rows of a wide and long table are not mixed up when its portions are laid side by side', async () => {
  const lines = upTo(10_000).map((row) => upTo(300).map((at) => (at % 2 === 0 ? row : `t${row}`)))
  const opened = await folderOf({ 'w.csv': [header(300), ...lines].join('\n') })
  const [table] = (await opened.dataset('w')).tables
  const some = [0, 127, 128, 299].flatMap((at) => table?.columns[at] ?? [])
  const { rows: read } = await opened.run(scanOf('w/w', some))
  expect(read).toHaveLength(10_000)
  expect(read.filter(({ c0, c1, c2, c3 }) => c1 !== `t${String(c0)}` || c2 !== c0 || c3 !== c1)).toEqual([])
})

// A sheet with up to 50 columns beyond the limit is read without them, and they are told.
it.each(names)('%s of 2,100 columns is refused with what to do', async (name) => {
  expect(await refusalOf(name, await (wideFile[name] as (typeof wideFile)[string])(2100))).toMatch(
    /has more than 2000 columns\. Turn its columns into rows, or publish them as several tables\.$/,
  )
})

it('columns in which a late value breaks the guess are read as what they are, far apart in a wide table', async () => {
  const line = (row: number) => upTo(300).map((at) => (row === 2500 && (at === 3 || at === 299) ? 'none' : row + at))
  const opened = await folderOf({ 'w.csv': [header(300), ...upTo(2501).map(line)].join('\n') })
  const [table] = (await opened.dataset('w')).tables
  const others = (table?.columns ?? []).flatMap(({ name, type }) => (type === 'INT64' ? [] : [name]))
  expect([table?.columns.length, table?.rowCount, others]).toEqual([300, 2501, ['c3', 'c299']])
})

it.each([
  ['whole numbers', (at: number) => `${at + 1}`, 'INT64'],
  ['days', () => '2024-01-31', 'DATE'],
  ['amounts', () => '£12.50', 'DECIMAL'],
])('2,000 columns of %s take no statement of their own', async (_, value, type) => {
  const { scratch } = await folderOf({})
  const engine = await DuckDbEngine.open({ folders: [scratch], memoryMb: 512 })
  onTestFinished(() => engine.close())
  const session = await engine.connect()
  const texts: string[] = []
  const counted = { rows: (sql: string) => (texts.push(sql), session.rows(sql)) } as EngineSession
  const from = `(SELECT ${upTo(2000)
    .map((at) => `'${value(at)}' AS c${at}`)
    .join(', ')})`
  const decisions = await inferTypes(
    counted,
    from,
    upTo(2000).map(() => undefined),
  )
  await session.close()
  expect(new Set([...decisions.values()].map(({ shape }) => shape.type))).toEqual(new Set([type]))
  expect(texts.length).toBeLessThanOrEqual(15)
})
