import { readdir, readFile } from 'node:fs/promises'
import { parse as parseCsv } from 'csv-parse/sync'
import fc from 'fast-check'
import { parquetMetadataAsync } from 'hyparquet'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ColumnType } from '../../src/connector/column.js'
import { arrowOf } from '../../src/http/downloads/arrow/arrow-of.js'
import { workbookOf } from '../../src/http/downloads/workbook/workbook-of.js'
import type { WrittenDownload } from '../../src/query/download/download.js'
import { openDownload } from '../../src/query/download/open.js'
import { runQuery } from '../../src/query/run.js'
import { drawQuery } from '../query/support/arbitrary-query.js'
import { drawWorld } from '../query/support/arbitrary-world.js'
import { withWorld } from '../query/support/with-world.js'
import { long, runsOf } from '../support/long.js'
import { type Bench, openBench, textOf } from '../support/query.js'
import { downloadContext, written } from './support/download.js'
import { readArrow, readWorkbook } from './support/read-files.js'

const runs = runsOf(25, 40)

let bench: Bench
beforeAll(async () => {
  bench = await openBench()
})
afterAll(() => bench.close())

/** What stands for null: a text that no cell has. The text `null` is one that cells have. */
const nothing = '\u0000'
/** A cell as text. All digits of a number count, and no zero behind its point. */
const plain = (cell: unknown): string => (cell === null ? nothing : typeof cell === 'object' ? JSON.stringify(cell) : String(cell))
const sorted = (rows: readonly (readonly string[])[]) => rows.map((row) => JSON.stringify(row)).sort()

const numeric: readonly ColumnType[] = ['INT64', 'DOUBLE', 'DECIMAL']
const comparable: readonly ColumnType[] = [...numeric, 'STRING', 'BOOLEAN']

async function bytesOf({ pieces }: WrittenDownload): Promise<Uint8Array> {
  const all: Uint8Array[] = []
  for await (const piece of pieces) all.push(piece)
  return Buffer.concat(all)
}

describe('any query over any sources', () => {
  it(`has the same rows as a page and as a file, in each format (${runs} runs)`, { tags: [long] }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.gen(), async (g) => {
        const draw = <T>(of: fc.Arbitrary<T>) => g(() => of)
        const world = drawWorld(draw)
        const { limit: _limit, offset: _offset, ...query } = drawQuery(draw, world)
        await withWorld(bench, world, 1, async (context) => {
          const input = { ...query, limit: 10_000 }
          const page = await runQuery(input, context)
          const doubles = page.columns.map(({ shape }) => shape.type === 'DOUBLE')
          // Both write a number of DOUBLE as they like.
          const cell = (value: unknown, index: number) =>
            value !== null && value !== '' && doubles[index] === true ? plain(Number(value)) : plain(value)
          const rows = (JSON.parse(await textOf(page, 'rows')) as unknown[][]).map((row) => row.map(cell))
          await page.release()

          const own = downloadContext(context, bench.folder)
          const open = () => openDownload(query, own)
          const ndjson = await written(await open(), { kind: 'NDJSON' })
          expect({ rowCount: ndjson.report.rowCount, complete: ndjson.complete }).toEqual({
            rowCount: rows.length,
            complete: page.complete,
          })
          expect({ ...ndjson.report, complete: ndjson.report.complete }).toMatchObject({
            columns: page.columns.map(({ encoding: _, ...column }) => column),
            version: page.version,
            matches: page.matches,
          })
          const records = ndjson.text
            .split('\n')
            .filter((line) => line !== '')
            .map((line) => Object.values(parseLine(line)))
          const isOrdered = query.groupBy !== undefined || query.measures !== undefined
          const told = records.map((record) => record.map((value: unknown, index) => cell(value, index)))
          expect(own.taken()).toBe(0)
          if (isOrdered) expect(told).toEqual(rows)
          else expect(sorted(told)).toEqual(sorted(rows))

          const csv = await written(await open(), { kind: 'CSV', separator: ',', formulas: 'KEEP' })
          const read =
            csv.text === ''
              ? []
              : (parseCsv(csv.text, {
                  record_delimiter: '\r\n',
                  cast: (value, { quoting }) => (value === '' && !quoting ? null : value),
                }) as (string | null)[][])
          const asCells = (row: readonly unknown[]) => row.map((value, index) => cell(value, index))
          // One null column is written as an empty text, so that no reader passes over its line.
          const onlyNulls = (text: string) => (page.columns.length === 1 && text === nothing ? '' : text)
          expect(sorted(read.map(asCells))).toEqual(sorted(rows.map((row) => row.map(onlyNulls))))

          const { file, report } = await (await (await open()).record()).parquet()
          const bytes = await readFile(file.path)
          await file.release()
          const { num_rows, schema } = await parquetMetadataAsync(new Uint8Array(bytes).buffer)
          expect([Number(num_rows), report.rowCount]).toEqual([rows.length, rows.length])
          const names = page.columns.map(({ name }) => name)
          expect(schema.slice(1).map(({ name }) => name)).toEqual(names)

          const shown = (convert: (type: ColumnType, text: string) => string) => (row: readonly unknown[]) =>
            page.columns.map(({ shape }, index) => convert(shape.type, row[index] === nothing ? nothing : cell(row[index], index)))
          // Arrow and workbooks have dates of their own kind; other tests read those. Here there is one, or none.
          const inArrow = shown((type, text) => (text === nothing || comparable.includes(type) ? text : 'something'))
          const arrow = readArrow(await bytesOf(await arrowOf(await (await open()).record(), context.signal, undefined)))
          expect(arrow.names).toEqual(names)
          expect(sorted(arrow.rows.map(inArrow))).toEqual(sorted(rows.map(inArrow)))

          // A reader takes an empty text for an empty cell, and Excel has one kind of number.
          const inSheet = shown((type, text) =>
            text === nothing || text === ''
              ? ''
              : numeric.includes(type)
                ? plain(Number(text))
                : comparable.includes(type)
                  ? text
                  : 'something',
          )
          const facts = { at: new Date(), input: query, licences: [] }
          const sheet = await readWorkbook(await bytesOf(await workbookOf(await (await open()).record(), facts, undefined)))
          expect(sheet.names).toEqual(names)
          expect(sorted(sheet.rows.map(inSheet))).toEqual(sorted(rows.map(inSheet)))
          expect(own.taken()).toBe(0)
        })
        expect(await readdir(bench.folder)).toEqual([])
      }),
      { numRuns: runs, endOnFailure: process.env['SHRINK'] === undefined },
    )
    expect(bench.hub.admission.load).toEqual({ running: 0, waiting: 0 })
  })
})

/** Parses a line whose long numbers keep their digits, as texts. */
function parseLine(line: string): object {
  return JSON.parse(line.replaceAll(/([:,[])(-?\d{16,})(?=[,}\]])/g, '$1"$2"')) as object
}
