import type { ColumnType, Shape } from '../../../src/connector/column.js'
import type { JoinType } from '../../../src/connector/relation.js'
import type { Cell } from './cells.js'

/** A table at a source, with its rows. */
export interface WorldTable {
  readonly id: string
  readonly spokeId: string
  readonly columns: readonly ({ name: string } & Shape)[]
  readonly rows: readonly (readonly Cell[])[]
}

/** A filter in the form of a query's input. */
export type Filter = Record<string, unknown>

/** A table, or a stack of tables, in the form of a query's input. */
export interface TableInput {
  table?: string
  union?: string[]
  members?: { table: string; columns?: { column: string; as?: string; type?: ColumnType }[] }[]
  where?: Filter
  as?: string
}

export interface JoinInput {
  table: TableInput
  type?: JoinType
  on: KeyInput[]
}

/** What a pair of keys is compared as. */
export type Normalise = 'EXACT' | 'TEXT' | 'UPRN' | 'POSTCODE'

export interface KeyInput {
  left: string
  right: string
  normalise?: Normalise
}

/** A query in the form of the pipeline's input. Only what the oracle reads is typed. */
export interface Query {
  from: TableInput
  joins?: JoinInput[]
  select?: { column: string; as?: string }[]
  where?: Filter
  groupBy?: { column: string; granularity?: string; as?: string }[]
  measures?: { function: string; column?: string; as?: string }[]
  having?: Filter
  orderBy?: { column: string; direction?: 'ASC' | 'DESC'; nulls?: 'FIRST' | 'LAST' }[]
  limit?: number
  offset?: number
  timeZone?: string
  onSourceError?: 'PARTIAL'
}

export interface Relation {
  readonly columns: readonly ({ name: string } & Shape)[]
  readonly rows: readonly (readonly Cell[])[]
}
