import type { Shape } from '../../../src/connector/column.js'

/** How a column is read. */
export interface Reading {
  readonly shape: Shape
  /** The value over a column of a table, both quoted already. */
  sql(column: string): string
  /** What is told of it, where it is not what the database has. */
  readonly told?: string
}

/** A column that the source's role may read. */
export interface SourceColumn {
  readonly name: string
  readonly nullable: boolean
  readonly comment: string | undefined
  readonly reading: Reading
}

/** Columns whose values stand in another table of the database. */
export interface SourceForeignKey {
  readonly columns: readonly string[]
  readonly schema: string
  readonly name: string
  /** Its columns, in the same order. */
  readonly references: readonly string[]
}

/** A table of a database that the configuration lists. */
export interface SourceTable {
  /** The dataset's identifier, and its one table's. */
  readonly id: string
  readonly schema: string
  readonly name: string
  readonly comment: string | undefined
  /** What is told of the table as a whole. */
  readonly notes: readonly string[]
  /** Why nothing of it can be read, in words for its operator. */
  readonly unreadable?: string
  readonly columns: readonly SourceColumn[]
  /** Columns that the role may not read. */
  readonly hidden: readonly string[]
  /** Empty where there is none. */
  readonly primaryKey: readonly string[]
  readonly foreignKeys: readonly SourceForeignKey[]
}
