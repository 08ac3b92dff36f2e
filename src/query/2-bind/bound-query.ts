import type { QueryTable } from '../../catalogue/tables-for-query.js'
import type { Shape } from '../../connector/column.js'
import type { JoinType, Relation } from '../../connector/relation.js'
import type { Path } from '../1-parse/filter.js'
import type { AnswerForm } from '../1-parse/parse.js'

/** A query whose names are resolved and whose literals have types: one relation, and what later stages need beside it. */
export interface BoundQuery {
  /**
   * The whole query. Its scans name tables by the hub's ids. A page is answered with one more row. A sort has only the requested keys;
   * planning adds those that break ties.
   */
  readonly relation: Relation
  /** The tables that it scans, by id. */
  readonly tables: ReadonlyMap<string, QueryTable>
  /** Where the input names each table first, by its id. */
  readonly places: ReadonlyMap<string, Path>
  /** The columns of its tables that the query uses: table by table, in the order of their columns. */
  readonly columns: readonly FromColumn[]
  /** The columns that the relation answers, in order. */
  readonly outputs: readonly Output[]
  /** Its joins, in order. */
  readonly joins: readonly BoundJoin[]
  /** Each use of a column, for the decision on access. */
  readonly uses: readonly Use[]
  readonly form: AnswerForm
  /** Rows of the answer, Infinity for all, and rows before it. */
  readonly limit: number
  readonly offset: number
}

/** A join, as its report names it. */
export interface BoundJoin {
  readonly type: JoinType
  readonly left: string
  readonly right: string
}

/** A column of one of the query's tables, under its shared name, that the query uses. */
export interface FromColumn extends Meaning {
  /** Which table it is of: 0 for `from`, then the joins. */
  readonly of: number
  readonly name: string
  readonly shape: Shape
  /** The published columns that it is read from. Empty for `_spoke` and `_table`. */
  readonly origins: readonly Origin[]
  /** The tables that have no such column, by the aliases of their scans. Their rows have null in it, and the result reports the column as missing. */
  readonly missingIn: readonly string[]
}

/** A published column of a table. */
export interface Origin {
  readonly table: string
  readonly column: QueryTable['columns'][number]
}

/** What a column's values mean. Absent where the source does not say, or the tables do not agree. */
export interface Meaning {
  readonly semanticType?: string
  readonly unit?: string
}

/** A column of the answer. */
export interface Output extends Meaning {
  readonly name: string
  readonly shape: Shape
  /** The position in `columns` of the column that it is computed from. Absent where it counts rows. */
  readonly column?: number
  /** The table whose values it shows unchanged. Absent for a union, a measure and a bucket. */
  readonly table?: string
}

/** One use of one column. */
export interface Use {
  /** A position in `columns`. */
  readonly column: number
  readonly use: 'SELECT' | 'FILTER' | 'JOIN' | 'GROUP' | 'AGGREGATE' | 'SORT'
  /** True where the client omitted `select`, so it did not ask for this column by name. */
  readonly implicit: boolean
  readonly path: Path
}
