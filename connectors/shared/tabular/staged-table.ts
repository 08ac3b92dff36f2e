import type { Shape } from '../../../src/connector/column.js'

/** A table that a reader has prepared, before its copy is written. */
export interface StagedTable {
  /** The name of the sheet, if it comes from a workbook. */
  sheet?: string
  /** A table expression, which the engine must be able to read twice. */
  from: string
  columns: StagedColumn[]
  /** How many rows the reader counted. The copy must have as many. */
  rows?: number
  /** Bytes of a row, roughly. Long rows are written in smaller groups, because a group is held in memory. Default: short rows. */
  rowBytes?: number
  problems: string[]
  /**
   * For guessed types that failed: the table with a certain type for the column (c0 …) that a value did not fit, or for all columns if that
   * is unknown. For a damaged file: the table of the columns that can be read.
   */
  otherwise?: (column: string | undefined) => Promise<StagedTable>
  /** For types that come from all values: the table as it would be without some rows, by their places from 1. */
  without?: (places: readonly number[]) => Promise<StagedTable>
}

/** A column of a staged table. */
export interface StagedColumn {
  name: string
  shape: Shape
  /** SQL: the value over `from`, in the engine's type for the shape. */
  sql: string
}
