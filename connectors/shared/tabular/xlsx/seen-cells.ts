import type { ValueKind, VoidKind } from './cell-value.js'
import type { NumberColumn } from './number-column.js'

/** Cells of one kind in a column. */
export interface Seen {
  count: number
  /** The number of the first one's row. */
  row: number
}

/** What was seen of a column's cells. */
export interface SeenCells {
  readonly kinds: ReadonlyMap<ValueKind, Seen>
  readonly voids: ReadonlyMap<VoidKind, Seen>
  /** Texts that may stand for no value, and how often each occurs. */
  readonly marks: ReadonlyMap<string, number>
  /** What formats show with numbers. */
  readonly units: ReadonlyMap<string, Seen>
  readonly numbers: NumberColumn
  /** Numbers that are shown with zeros before them, those whose format the workbook does not hold, and dates that may be years. */
  readonly shown: ReadonlyMap<'padded' | 'unstyled' | 'year', Seen>
  /** How many texts may stand for no value. */
  readonly markTexts: number
  /** Results of formulas, and how many of them are 0. */
  readonly results: number
  readonly zeros: number
}
