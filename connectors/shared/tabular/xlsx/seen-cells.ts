import type { ValueKind, VoidKind } from './cell-value.js'
import type { NumberColumn } from './number-column.js'

/** Cells of one kind in a column. */
export interface Seen {
  count: number
  /** The row of the first one. */
  row: number
}

/** What is known about a column's cells. */
export interface SeenCells {
  readonly kinds: ReadonlyMap<ValueKind, Seen>
  readonly voids: ReadonlyMap<VoidKind, Seen>
  /** Texts that may stand for a missing value, and how often each occurs. */
  readonly marks: ReadonlyMap<string, number>
  /** What formats show with numbers. */
  readonly units: ReadonlyMap<string, Seen>
  readonly numbers: NumberColumn
  /** Numbers shown with leading zeros, numbers without a known format, and dates that may be years. */
  readonly shown: ReadonlyMap<'padded' | 'unstyled' | 'year', Seen>
  /** How many texts may stand for a missing value. */
  readonly markTexts: number
  /** How many cells are results of formulas, and how many of those are 0. */
  readonly results: number
  readonly zeros: number
}
