import { Pace } from '../../../../src/connector/next-turn.js'
import { Unreadable } from '../unreadable.js'
import type { Archive } from './archive.js'
import type { CellContext } from './read-cell.js'
import { totalsRowsOf } from './excel-tables.js'
import { Package } from './package.js'
import { partText } from './part-text.js'
import { readSharedStrings } from './shared-strings.js'
import { SheetCells, type SheetNotes, type SheetRow } from './sheet-cells.js'
import { noStyles, readStyles } from './styles.js'
import { UnreadableSheet } from './unreadable-sheet.js'
import { type DateSystem, readWorkbookPart } from './workbook-part.js'

const sheetBytesMax = 1024 ** 3
const cellsMax = 50_000_000

/** A sheet of a workbook, in the workbook's order. */
export interface Sheet {
  name: string
  /** Hidden when the workbook is opened. */
  hidden: boolean
  dateSystem: DateSystem
  /** The results of its formulas may never have been calculated. */
  recalculated: boolean
  /**
   * Reads the rows that hold anything.
   * @throws UnreadableSheet if the sheet is not a readable table; Unreadable if the workbook is damaged.
   */
  rows(): AsyncGenerator<SheetRow>
  /** What the sheet says beside its values. Complete once all rows were read. */
  notes(): SheetNotes
  /** The numbers of rows that are totals rows of Excel tables. */
  totalsRows(): Promise<number[]>
  /** Whether an earlier sheet uses the same part. */
  repeats: boolean
}

/** An open workbook. */
export interface Workbook {
  sheets: Sheet[]
  /** How many sheets are not tables, such as charts. */
  others: number
  /** How many characters of the shared texts XML does not allow. */
  oddities: number
}

/** Opens a workbook. Shared strings and styles are read at once, rows when they are asked for. */
export async function openWorkbook(archive: Archive, signal: AbortSignal): Promise<Workbook> {
  return read(signal, () => readWorkbook(archive, signal))
}

async function readWorkbook(archive: Archive, signal: AbortSignal): Promise<Workbook> {
  const parts = await Package.open(archive, signal)
  const { sheets, others, dateSystem, recalculated, strings, styles } = await readWorkbookPart(parts)
  const shared = strings === undefined ? { strings: [], oddities: 0 } : await readSharedStrings(parts, strings)
  const context: CellContext = {
    strings: shared.strings,
    styles: styles === undefined ? noStyles : await readStyles(parts, styles),
    dateSystem,
  }
  const seen = new Set<string>()
  return {
    others,
    oddities: shared.oddities,
    sheets: sheets.map(({ name, hidden, part }) => {
      let cells: SheetCells | undefined
      const repeats = seen.has(part)
      if (!hidden) seen.add(part)
      return {
        name,
        hidden,
        dateSystem,
        recalculated,
        repeats,
        rows: () => rowsOf(parts, part, (cells = new SheetCells(context))),
        notes: () => cells ?? new SheetCells(context),
        totalsRows: () => read(signal, () => totalsRowsOf(parts, part)),
      }
    }),
  }
}

async function* rowsOf({ archive, signal }: Package, part: string, cells: SheetCells): AsyncGenerator<SheetRow> {
  if (archive.find(part) === undefined)
    throw new UnreadableSheet(`The workbook has no part ${part === '' ? 'for this sheet' : part}: it is damaged. Save it again.`)
  const pace = new Pace()
  let count = 0
  for await (const piece of partText(archive.bytes(part, sheetBytesMax, signal))) {
    for (const row of await read(signal, () => cells.write(piece))) {
      count += row.values.length
      if (count > cellsMax) throw new UnreadableSheet(`A sheet holds more than ${cellsMax} cells. Publish it as CSV or Parquet.`)
      await pace.before(row.values.length)
      yield row
    }
  }
  await read(signal, () => cells.end())
}

/** Runs a step of reading. Errors become messages for the publisher, except when the caller's signal ended the step. */
async function read<T>(signal: AbortSignal, step: () => T | Promise<T>): Promise<T> {
  try {
    return await step()
  } catch (thrown) {
    if (thrown instanceof Unreadable || signal.aborted) throw thrown
    throw new Unreadable('The workbook is damaged: its parts cannot be read. Open it in a spreadsheet program and save it again.', {
      cause: thrown,
    })
  }
}
