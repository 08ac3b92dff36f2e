import type { Shape } from '../../../src/connector/column.js'

/** A table that a reader has understood, before it is written as Parquet. */
export interface StagedTable {
  /** The sheet of a workbook that it is. */
  sheet?: string
  /** A table expression that the engine can read, twice if need be. */
  from: string
  columns: StagedColumn[]
  /** Rows that the reader counted itself; the copy must have as many. */
  rows?: number
  /** Bytes of a row, roughly: long rows are written in smaller groups, which are held in memory. Default: short ones. */
  rowBytes?: number
  problems: string[]
  /**
   * Where types were guessed: the table with a certain type of the column (c0 …) that a value did not fit, or of all where that is not
   * known; of a damaged file, the columns that can be read.
   */
  otherwise?: (column: string | undefined) => Promise<StagedTable>
}

/** A column of it, and how its values are read. */
export interface StagedColumn {
  name: string
  shape: Shape
  /** The value over `from`, in the engine's type for the shape. */
  sql: string
}
