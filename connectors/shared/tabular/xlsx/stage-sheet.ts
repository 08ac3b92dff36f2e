import type { Conversion } from '../conversion.js'
import type { LineFiles } from '../line-files.js'
import { columnAt } from '../../engine-sql.js'
import { RowsAfterBlanks, secondHeader, secondTables } from '../layout/blocks.js'
import { tablesBeside } from '../layout/tables-beside.js'
import type { StagedColumn, StagedTable } from '../staged-table.js'
import { columnNames } from '../layout/column-names.js'
import { listPlaces } from '../list-places.js'
import { findHeader } from '../layout/header.js'
import { columnProblems } from './column-problems.js'
import { decideColumns } from './decide-columns.js'
import { isVoid } from './cell-value.js'
import { type SheetRow, tooWide } from './sheet-cells.js'
import { SheetColumn } from './sheet-column.js'
import { noteProblems } from './sheet-notes.js'
import type { Sheet } from './workbook-reader.js'

const firstRows = 300
const linesAtOnce = 500

/** Reads one sheet as a table; undefined if it holds no value. */
export async function stageSheet(sheet: Sheet, lines: LineFiles, conversion: Conversion): Promise<StagedTable | undefined> {
  const rows = sheet.rows()
  const first: SheetRow[] = []
  for (let next = await rows.next(); next.done !== true; next = await rows.next()) {
    first.push(next.value)
    if (first.length === firstRows) break
  }
  if (first.length === 0) {
    if (sheet.notes().farColumns.size > 0) throw tooWide()
    return undefined
  }
  const shown = withBlanks(first)
  const texts = shown.map(textsOf)
  const { at, dataFrom, assumed } = findHeader(texts, usualWidth(first.map(textsOf)))
  const header = at === undefined ? [] : (texts[at] as string[])
  const columns: SheetColumn[] = header.map(() => new SheetColumn())
  const data = shown.slice(dataFrom).filter(({ values }) => values.length > 0)
  const afterBlanks = await writeRows(lines, all(data, rows), columns)

  // An empty column without a name is left out, so it needs no name.
  const titles = columns.map(({ empty }, position) => {
    const title = header[position] ?? ''
    return empty && title.trim() === '' ? `column_${position + 1}` : title
  })
  const { names, problems } =
    at === undefined ? { names: titles.map((_, position) => `column_${position + 1}`), problems: [] } : columnNames(titles)
  if (at === undefined) problems.push('No header was found: the first row is data, and the columns are named by position (column_1 …).')
  const above = shown
    .slice(0, at ?? dataFrom)
    .filter(({ values }) => values.length > 0)
    .map(({ number }) => number)
  if (above.length > 0) problems.push(`${listPlaces(above, 'Row', 'Rows')} above the table: left out (title or note).`)
  if (assumed !== undefined) problems.push(`Row ${shown[at ?? 0]?.number}: ${assumed}`)
  if (lines.rows === 0)
    problems.push('No row stands under the header, so the table is empty. Put rows under it, or delete the sheet if it holds a remark.')
  const [second, ...below] = data.map(textsOf)
  if (at !== undefined) problems.push(...secondHeader(header, second, below, 'Row', data[0]?.number ?? 0))
  problems.push(...secondTables(afterBlanks, data.map(textsOf), 'Row'))
  if (at !== undefined) problems.push(...tablesBeside(columns.map(({ lastRow }, position) => ({ name: header[position] ?? '', lastRow }))))

  const from = lines.from(Object.fromEntries(columns.map((_, position) => [columnAt(position), 'VARCHAR'])))
  const decisions = await decideColumns(columns, names, from, sheet.dateSystem, conversion)
  const kept = columns.map(({ empty }, position) => !empty || columns.length === 1 || (header[position] ?? '').trim() !== '')
  const staged = columns.flatMap((column, position): StagedColumn[] => {
    if (kept[position] !== true) return []
    const name = names[position] as string
    const { shape, sql, problem } = decisions[position] as (typeof decisions)[number]
    const reported = columnProblems(column, column.kinds.has('number') && shape.type !== 'STRING', sheet.recalculated)
    problems.push(...[...(problem === undefined ? [] : [problem]), ...reported].map((one) => `Column ${name}: ${one}`))
    return [{ name, shape, sql }]
  })
  const nameAt = (position: number) => (kept[position] === true ? names[position] : undefined)
  problems.push(...noteProblems(sheet.notes(), await sheet.totalsRows(), { dataRow: data[0]?.number, nameAt, columns: columns.length }))
  return { sheet: sheet.name, from, columns: staged, rows: lines.rows, rowBytes: lines.rowBytes, problems }
}

async function* all(first: readonly SheetRow[], rest: AsyncIterable<SheetRow>): AsyncGenerator<SheetRow> {
  yield* first
  yield* rest
}

/** Writes the rows, and returns those that follow blank ones. */
async function writeRows(lines: LineFiles, rows: AsyncIterable<SheetRow>, columns: SheetColumn[]): Promise<RowsAfterBlanks> {
  const afterBlanks = new RowsAfterBlanks()
  let last: number | undefined
  try {
    for await (const row of rows) {
      const { values, number } = row
      afterBlanks.see(last !== undefined && number > last + 1, number, () => textsOf(row))
      last = number
      while (columns.length < values.length) columns.push(new SheetColumn())
      let line = ''
      for (let position = 0; position < values.length; position++) {
        const value = values[position]
        if (value === undefined) continue
        ;(columns[position] as SheetColumn).add(value, number)
        if (!isVoid(value)) line += `${line === '' ? '' : ','}"${columnAt(position)}":${JSON.stringify(value.text)}`
      }
      lines.add(`{${line}}`)
      if (lines.rows % linesAtOnce === 0) await lines.flush()
    }
    await lines.flush()
    return afterBlanks
  } finally {
    await lines.close()
  }
}

const textsOf = ({ values }: SheetRow): string[] => Array.from(values, (value) => value?.text ?? '')

/** The same rows, with a blank row wherever the sheet has any. */
function withBlanks(rows: readonly SheetRow[]): SheetRow[] {
  return rows.flatMap((row, at) => {
    const before = rows[at - 1]?.number ?? row.number - 1
    return row.number > before + 1 ? [{ values: [], number: before + 1 }, row] : [row]
  })
}

/** The most frequent width of the rows. Of equally frequent ones, the widest. */
function usualWidth(rows: readonly (readonly string[])[]): number {
  const counts = new Map<number, number>()
  for (const { length } of rows) counts.set(length, (counts.get(length) ?? 0) + 1)
  return [...counts].sort(([width, count], [otherWidth, otherCount]) => otherCount - count || otherWidth - width)[0]?.[0] ?? 1
}
