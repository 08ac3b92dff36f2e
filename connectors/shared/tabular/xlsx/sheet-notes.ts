import { listPlaces } from '../list-places.js'
import { columnLetters } from '../../../../src/connector/column-letters.js'
import type { SheetNotes } from './sheet-cells.js'

/** The table that was read from a sheet. */
interface TablePlace {
  /** The number of the first row below the header. */
  dataRow: number | undefined
  /** The name of a column by its position; undefined if it was left out. */
  nameAt: (position: number) => string | undefined
  columns: number
}

/**
 * Reports what a sheet shows beside its columns, such as hidden rows and merged cells, so that nothing visible is lost without a report.
 */
export function noteProblems(notes: SheetNotes, totalsRows: readonly number[], { dataRow, nameAt, columns }: TablePlace): string[] {
  const problems: string[] = []
  const hidden = hiddenNames(notes.hiddenColumns, nameAt, columns)
  if (hidden.length > 0) {
    const more = hidden.length > 5 ? ` and ${hidden.length - 5} more` : ''
    problems.push(
      `Columns that are hidden in the sheet were read: ${hidden.slice(0, 5).join(', ')}${more}. Delete them if they are not to be published.`,
    )
  }
  if (notes.hiddenRows > 0) {
    problems.push(
      `Rows that are hidden in the sheet, by hand or by a filter, were read: ${notes.hiddenRows}, the first is row ${notes.firstHiddenRow}. Delete them if they are not to be published.`,
    )
  }
  const merged = notes.mergedRows.filter((row) => dataRow !== undefined && row >= dataRow)
  if (merged.length > 0) {
    problems.push(
      `${listPlaces(
        [...new Set(merged)].sort((one, other) => one - other),
        'Row',
        'Rows',
      )}: merged cells reach over the rows below; only the first of those rows has the value, the others are empty. Unmerge them and fill the value down.`,
    )
  }
  const totals = totalsRows.filter((row) => dataRow !== undefined && row >= dataRow)
  if (totals.length > 0) {
    problems.push(
      `${listPlaces(totals, 'Row', 'Rows')}: the totals row of an Excel table, read as any other row: set aside where it is certainly a total, else leave it out of sums, or turn the totals row off.`,
    )
  }
  if (notes.farColumns.size > 0) {
    const letters = [...notes.farColumns].sort((one, other) => one - other).map((column) => columnLetters(column - 1))
    const more = letters.length > 5 ? ` and ${letters.length - 5} more` : ''
    problems.push(
      `Cells far to the right of the table hold values and were left out: ${letters.length === 1 ? 'column' : 'columns'} ${letters.slice(0, 5).join(', ')}${more}. Delete them, or move them beside the table.`,
    )
  }
  if (notes.repeated > 0)
    problems.push(
      `${notes.repeated} cells are given twice in the workbook; the later one was read. Open it in a spreadsheet program, check it, and save it again.`,
    )
  if (notes.oddities > 0)
    problems.push(
      'The sheet holds characters that could not be decoded, or that XML does not allow; they were read as they stand (or as \uFFFD). Open it in a spreadsheet program, and save it again.',
    )
  return problems
}

/** The names of hidden columns. @param ranges counted from 1. They may overlap, and reach far beyond the table. */
function hiddenNames(ranges: SheetNotes['hiddenColumns'], nameAt: TablePlace['nameAt'], columns: number): string[] {
  const names: string[] = []
  for (let position = 0; position < columns; position++) {
    if (!ranges.some(([from, to]) => from <= position + 1 && position + 1 <= to)) continue
    const name = nameAt(position)
    if (name !== undefined) names.push(name)
  }
  return names
}
