import { listPlaces } from '../list-places.js'
import { columnKind, isDatum, kindOf } from './cell-kind.js'
import { namesColumns } from './header.js'

interface Row {
  readonly cells: readonly string[]
  /** Its line in the file, or its row in the sheet. */
  readonly line: number
}

/** Rows after blank ones that are looked at: headers of other tables are few. */
const afterBlankMax = 20
/** Titles that may stand above the header of another table; with the header itself and the row under it, as many rows are kept. */
const titlesMax = 2
const rowsKept = titlesMax + 2

/** Gathers the rows that follow blank ones, while a table is read. */
export class RowsAfterBlanks {
  /** Rows in the order of the file, each group after a blank row. */
  readonly found: Row[][] = []
  #wanted = 0

  /** Whether the next row is looked at though no blank one stands before it. */
  get isNextWanted(): boolean {
    return this.#wanted > 0
  }

  /** To be told of each row, in order. @param cells called for few of them. */
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
 * Rows that begin another table under the first one: after a blank row, and perhaps titles, names over columns of which the rows above, or
 * the row below, hold no names. They became rows of the one table, since it is not cut in two.
 * @param sample the first rows under the header. @param line what a row of the file is called: Line, Row.
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
  // A blank row between titles and header gives the same header twice.
  const lines = [...new Set(begins)]
  if (lines.length === 0) return []
  const rows = listPlaces(lines, line, `${line}s`)
  return [
    `${rows}: ${lines.length === 1 ? 'looks like the header of another table' : 'look like headers of other tables'} under the first. All were read as one table, so its columns mix theirs: publish each as a file (or sheet) of its own.`,
  ]
}

/**
 * Whether the row under the header is a second header, as under merged group names or as units: names, over columns that hold none. Told,
 * since it was read as a row.
 */
export function secondHeader(
  header: readonly string[],
  row: readonly string[] | undefined,
  below: readonly (readonly string[])[],
  line: 'Line' | 'Row',
  at: number,
): string[] {
  // Of one row below nobody knows whether its values are of a kind.
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
