import { join } from 'node:path'
import type { Row } from 'exceljs'
import type { Conversion } from '../convert.js'
import { LineFiles } from '../json/line-files.js'
import { columnAt } from '../../shared/engine-sql.js'
import type { StagedColumn, StagedTable } from '../staged-table.js'
import { columnNames, list } from '../text/column-names.js'
import { findHeader } from '../text/header.js'
import { meetDemand } from '../typing/demand.js'
import { Unreadable } from '../unreadable.js'
import { cellValue, type CellValue } from './cell-value.js'
import { SheetColumn } from './sheet-column.js'
import { openSheets, type Sheet } from './workbook-reader.js'
import { ZipFile } from './zip.js'

const columnsMax = 5000
const cellsMax = 50_000_000
const firstRows = 300
const linesAtOnce = 500

/** A row of a sheet: its values by position, and its number in the sheet. */
interface SheetRow {
  values: (CellValue | undefined)[]
  number: number
}

/** An XLSX workbook: each shown sheet that holds anything is a table, typed by its cells. */
export async function* stageWorkbook(path: string, conversion: Conversion): AsyncGenerator<StagedTable> {
  const zip = await ZipFile.open(path)
  let tables = 0
  try {
    for (const sheet of await openSheets(zip, conversion.signal)) {
      if (sheet.hidden) {
        conversion.problems.push(`Sheet "${sheet.name}" is hidden and was left out. Show it if it is to be published.`)
        continue
      }
      const staged = await stageSheet(sheet, new LineFiles(join(conversion.scratch, `sheet-${tables}`), 'utf8'), conversion)
      if (staged === undefined) continue
      tables++
      yield staged
    }
  } finally {
    await zip.close()
  }
  if (tables === 0) throw new Unreadable('No shown sheet of the workbook holds a value.')
}

async function stageSheet(sheet: Sheet, lines: LineFiles, { types }: Conversion): Promise<StagedTable | undefined> {
  const rows = valuesOf(sheet)
  const first: SheetRow[] = []
  for (let next = await rows.next(); next.done !== true; next = await rows.next()) {
    first.push(next.value)
    if (first.length === firstRows) break
  }
  if (first.length === 0) return undefined
  const texts = first.map(({ values }) => Array.from(values, (value) => value?.text ?? ''))
  const { at, dataFrom } = findHeader(texts, usualWidth(texts))
  const header = at === undefined ? [] : (texts[at] as string[])
  const columns: SheetColumn[] = header.map(() => new SheetColumn())
  await writeRows(lines, all(first.slice(dataFrom), rows), columns)

  const titles = columns.map((_, position) => header[position] ?? '')
  const { names, problems } = at === undefined ? { names: titles.map((_, position) => `column_${position + 1}`), problems: [] } : columnNames(titles)
  if (at === undefined) problems.push('No header was found: the first row is data, and the columns are named by position (column_1 …).')
  const above = first.slice(0, at ?? dataFrom).map(({ number }) => number)
  if (above.length > 0) problems.push(`${list(above, 'Row', 'Rows')} above the table: left out (title or note).`)
  const staged = columns.flatMap((column, position): StagedColumn[] => {
    const name = names[position] as string
    if (column.empty && titles[position]?.trim() === '' && columns.length > 1) return []
    const met = meetDemand(column.decide(position), types.get(name), columnAt(position))
    if (met.problem !== undefined) problems.push(`Column ${name}: ${met.problem}`)
    if (column.errors > 0) problems.push(`Column ${name}: cells that hold an error (such as #N/A), read as empty: ${column.errors}.`)
    return [{ name, shape: met.shape, sql: met.sql }]
  })
  const from = lines.from(Object.fromEntries(columns.map((_, position) => [columnAt(position), 'VARCHAR'])))
  return { sheet: sheet.name, from, columns: staged, rows: lines.rows, rowBytes: lines.rowBytes, problems }
}

/** The rows that hold anything, as values. */
async function* valuesOf(sheet: Sheet): AsyncGenerator<SheetRow> {
  let cells = 0
  for await (const row of sheet.rows()) {
    const values = rowValues(row, sheet.from1904)
    cells += values.length
    if (cells > cellsMax) throw new Unreadable(`A sheet holds more than ${cellsMax} cells. Publish it as CSV or Parquet.`)
    if (values.some((value) => value !== undefined && value.text.trim() !== '')) yield { values, number: row.number }
  }
}

function rowValues(row: Row, from1904: boolean): (CellValue | undefined)[] {
  const values: (CellValue | undefined)[] = []
  row.eachCell({ includeEmpty: false }, (cell, position) => {
    const value = cellValue(cell.value, cell.numFmt, from1904)
    if (value === undefined) return
    if (position > columnsMax) throw new Unreadable(`A sheet has more than ${columnsMax} columns.`)
    while (values.length < position - 1) values.push(undefined)
    values.push(value)
  })
  return values
}

async function* all(first: readonly SheetRow[], rest: AsyncIterable<SheetRow>): AsyncGenerator<SheetRow> {
  yield* first
  yield* rest
}

async function writeRows(lines: LineFiles, rows: AsyncIterable<SheetRow>, columns: SheetColumn[]): Promise<void> {
  try {
    for await (const { values } of rows) {
      while (columns.length < values.length) columns.push(new SheetColumn())
      const members = values.flatMap((value, position) => {
        if (value === undefined) return []
        ;(columns[position] as SheetColumn).add(value)
        return value.kind === 'error' ? [] : [`"${columnAt(position)}":${JSON.stringify(value.text)}`]
      })
      lines.add(`{${members.join(',')}}`)
      if (lines.rows % linesAtOnce === 0) await lines.flush()
    }
    await lines.flush()
  } finally {
    await lines.close()
  }
}

/** The width that most rows have; the wider of two as frequent. */
function usualWidth(rows: readonly (readonly string[])[]): number {
  const counts = new Map<number, number>()
  for (const { length } of rows) counts.set(length, (counts.get(length) ?? 0) + 1)
  return [...counts].sort(([width, count], [otherWidth, otherCount]) => otherCount - count || otherWidth - width)[0]?.[0] ?? 1
}
