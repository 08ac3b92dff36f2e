import type { HeldTable } from './harvested-tables.js'

/** A harvested table, and the table expression that reads its copy. */
export type ReadableTable = HeldTable & {
  readonly from: string
  /** The copy has the place of each row as `rowid`. */
  readonly hasRowIds: boolean
}
