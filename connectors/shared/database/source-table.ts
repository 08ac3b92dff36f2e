import type { Shape } from '../../../src/connector/column.js'

/** How a column is read. */
export interface Reading {
  readonly shape: Shape
  /** SQL of the value. The column is already quoted. */
  sql(column: string): string
  /** A note for the table's problems, if the value differs from what the database holds. */
  readonly note?: string
}

/** A column that the source's role may read. */
export interface SourceColumn {
  readonly name: string
  readonly nullable: boolean
  readonly comment: string | undefined
  readonly reading: Reading
}

/** Columns that refer to another table of the database. */
export interface SourceForeignKey {
  readonly columns: readonly string[]
  readonly schema: string
  readonly name: string
  /** The columns referred to, in the same order. */
  readonly references: readonly string[]
}

/** A table of a database that the configuration lists. */
export interface SourceTable {
  /** The identifier of the dataset and of its one table. */
  readonly id: string
  readonly schema: string
  readonly name: string
  readonly comment: string | undefined
  /** Notes for the problems of the table as a whole. */
  readonly notes: readonly string[]
  /** Why the table cannot be read, in words for the operator. */
  readonly unreadable?: string
  readonly columns: readonly SourceColumn[]
  /** Columns that the role may not read. */
  readonly hidden: readonly string[]
  /** Empty if there is none. */
  readonly primaryKey: readonly string[]
  readonly foreignKeys: readonly SourceForeignKey[]
}
