import { readdir, readFile } from 'node:fs/promises'
import { parse as parseCsv } from 'csv-parse/sync'
import fc from 'fast-check'
import { parquetMetadataAsync } from 'hyparquet'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TextForm } from '../../src/connector/engine.js'
import { type Download, type DownloadContext, openDownload } from '../../src/query/download.js'
import type { AnswerReport } from '../../src/query/6-result/query-result.js'
import { type QueryContext, runQuery } from '../../src/query/run.js'
import { drawQuery } from '../query/support/arbitrary-query.js'
import { drawWorld } from '../query/support/arbitrary-world.js'
import { withWorld } from '../query/support/with-world.js'
import { long, runsOf } from '../support/long.js'
import { type Bench, openBench, textOf } from '../support/query.js'

const runs = runsOf(60, 300)

let bench: Bench
let taken = 0
beforeAll(async () => {
  bench = await openBench()
})
afterAll(() => bench.close())

function downloads(context: QueryContext): DownloadContext {
  return {
    ...context,
    turn: (work) => work(),
    landing: {
      folder: bench.folder,
      isMemory: () => true,
      room: {
        take(bytes) {
          taken += bytes
          return Promise.resolve(() => void (taken -= bytes))
        },
      },
    },
  }
}

async function written(download: Download, form: TextForm): Promise<{ text: string; report: AnswerReport; complete: boolean }> {
  const { complete, pieces } = await download.text(form)
  const all: Uint8Array[] = []
  let next = await pieces.next()
  for (; next.done !== true; next = await pieces.next()) all.push(next.value)
  return { text: Buffer.concat(all).toString(), report: next.value, complete }
}

/** A cell as text. All digits of a number count, and no zero behind its point. */
const plain = (cell: unknown): string => (cell === null ? 'null' : typeof cell === 'object' ? JSON.stringify(cell) : String(cell))
const sorted = (rows: readonly (readonly string[])[]) => rows.map((row) => JSON.stringify(row)).sort()

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

          const open = () => openDownload(query, downloads(context))
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
          const onlyNulls = (text: string) => (page.columns.length === 1 && text === 'null' ? '' : text)
          expect(sorted(read.map(asCells))).toEqual(sorted(rows.map((row) => row.map(onlyNulls))))

          const { file, report } = await (await open()).parquet()
          const bytes = await readFile(file.path)
          await file.release()
          const { num_rows, schema } = await parquetMetadataAsync(new Uint8Array(bytes).buffer)
          expect([Number(num_rows), report.rowCount]).toEqual([rows.length, rows.length])
          expect(schema.slice(1).map(({ name }) => name)).toEqual(page.columns.map(({ name }) => name))
        })
        expect(await readdir(bench.folder)).toEqual([])
        expect(taken).toBe(0)
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
