import type { Shape } from '../../connector/column.js'
import type { Expression, Predicate, SortKey } from '../../connector/relation.js'
import type { MeasureFunction } from '../1-parse/parse.js'
import type { Path } from '../1-parse/filter.js'
import type { QueryTable } from '../../catalogue/tables-for-query.js'

/** A query whose names are columns and whose literals have types. Expressions index `stack`; having and order index `outputs`. */
export interface BoundQuery {
  readonly leaves: readonly Leaf[]
  readonly stack: readonly StackColumn[]
  readonly filter: Predicate | undefined
  readonly grouped: boolean
  readonly outputs: readonly Output[]
  readonly having: Predicate | undefined
  readonly order: readonly SortKey[]
  readonly limit: number
  readonly offset: number
  /** Each place where a column is used, for the decision. */
  readonly uses: readonly Use[]
}

/** One table of the stack: for each stack column, what this table has there. */
export interface Leaf {
  readonly table: QueryTable
  readonly cells: readonly LeafCell[]
}

/** What one table has for one column of the stack. */
export type LeafCell =
  | { kind: 'column'; name: string; from: Shape; readAs?: Shape }
  /** This table has no such column: null in its rows, and told. */
  | { kind: 'missing' }
  /** `_spoke` and `_table`. */
  | { kind: 'text'; value: string }

/** A column of the stack, under its shared name. */
export interface StackColumn {
  readonly name: string
  readonly shape: Shape
  readonly semanticType?: string
  readonly unit?: string
}

/** A column of the answer; `index` is a column of the stack. */
export type Output = { readonly name: string; readonly shape: Shape } & (
  | { readonly kind: 'column'; readonly index: number }
  | { readonly kind: 'group'; readonly index: number; readonly expression: Expression }
  | { readonly kind: 'measure'; readonly index: number | undefined; readonly function: MeasureFunction }
)

/** One use of one column. */
export interface Use {
  /** A column of the stack. */
  readonly index: number
  readonly use: 'SELECT' | 'FILTER' | 'GROUP' | 'AGGREGATE'
  /** True where the client did not name it, but left `select` out. */
  readonly implicit: boolean
  readonly path: Path
}
