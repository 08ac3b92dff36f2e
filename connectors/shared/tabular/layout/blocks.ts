import { listPlaces } from '../list-places.js'
import { columnKind, isDatum, kindOf } from './cell-kind.js'
import { namesColumns } from './header.js'

interface Row {
  readonly cells: readonly string[]
  /** The line of the file, or the row of the sheet. */
  readonly line: number
}

/** How many rows after a blank row are examined. Few tables have so many below them. */
const afterBlankMax = 20
/** How many titles may stand above another table's header. With the header and the row below it, this decides how many rows are kept. */
const titlesMax = 2
const rowsKept = titlesMax + 2

/** Collects the rows that follow blank rows while a table is read. */
export class RowsAfterBlanks {
  /** The collected rows, in a group for each blank row, in order. */
  readonly found: Row[][] = []
  #wanted = 0

  /** Whether the next row belongs to an open group, even without a blank row before it. */
  get isNextWanted(): boolean {
    return this.#wanted > 0
  }

  /** Must be called for each row, in order. @param cells gives the row's cells; called only for the few rows that are kept. */
  see(isAfterBlank: boolean, line: number, cells: () => readonly string[]): void {
    if (this.#wanted > 0) {
      this.#wanted--
      ;(this.found.at(-1) as Row[]).push({ cells: cells(), line })
    }
    if (!isAfterBlank || this.found.length === afterBlankMax) return
    this.found.push([{ cells: cells(), line }])
    this.#wanted = rowsKept - 1
  }
}

/**
 * Reports other tables below the first one: after a blank row, and perhaps titles, a row of names over columns whose values are not names.
 * Their rows were read as rows of the first table, because a table is never split.
 * @param sample the first rows under the header.
 * @param line the word for a row: Line, Row.
 */
export function secondTables({ found }: RowsAfterBlanks, sample: readonly (readonly string[])[], line: 'Line' | 'Row'): string[] {
  const kinds = new Map<number, boolean>()
  const isDatumColumn = (column: number) => {
    const known = kinds.get(column)
    if (known !== undefined) return known
    const kind = columnKind(sample.map((row) => row[column] ?? ''))
    const is = kind !== undefined && isDatum(kind)
    kinds.set(column, is)
    return is
  }
  const begins = found.flatMap((rows) => {
    const at = rows.findIndex(({ cells }) => cells.filter((cell) => cell.trim() !== '').length > 1)
    const [header, next] = at === -1 || at > titlesMax ? [] : [rows[at], rows[at + 1]]
    if (header === undefined) return []
    const names = header.cells.flatMap((cell, column) => (kindOf(cell) === 'name' ? [column] : []))
    const isAllNames = names.length >= 2 && header.cells.every((cell) => ['name', 'blank', 'year'].includes(kindOf(cell)))
    return isAllNames && (names.some(isDatumColumn) || namesColumns(header.cells, [next?.cells ?? []])) ? [header.line] : []
  })
  // A blank row between a title and the header finds the same header twice.
  const lines = [...new Set(begins)]
  if (lines.length === 0) return []
  const rows = listPlaces(lines, line, `${line}s`)
  return [
    `${rows}: ${lines.length === 1 ? 'looks like the header of another table' : 'look like headers of other tables'} under the first. All were read as one table, so its columns mix theirs: publish each as a file (or sheet) of its own.`,
  ]
}

/** Reports a row under the header that looks like a second header, such as names below merged groups, or units. It was read as a row. */
export function secondHeader(
  header: readonly string[],
  row: readonly string[] | undefined,
  below: readonly (readonly string[])[],
  line: 'Line' | 'Row',
  at: number,
): string[] {
  // With only one row below, the kind of its values is not certain.
  if (row === undefined || below.length < 2) return []
  const over = row.flatMap((cell, column) => {
    const kind = columnKind(below.map((other) => other[column] ?? ''))
    return kindOf(cell) === 'name' && kind !== undefined && isDatum(kind) ? [column] : []
  })
  const isAllNames = row.every((cell) => ['name', 'blank', 'year'].includes(kindOf(cell)))
  const hasGaps = header.some((cell, column) => cell.trim() === '' && (row[column] ?? '').trim() !== '')
  if (!isAllNames || over.length < (hasGaps ? 1 : 2)) return []
  return [
    `${line} ${at}: looks like a second header row. It was read as a row, so the columns under it are text: keep one header row, with the whole name of each column in it.`,
  ]
}
