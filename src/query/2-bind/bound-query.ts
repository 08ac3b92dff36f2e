import type { QueryTable } from '../../catalogue/tables-for-query.js'
import type { Shape } from '../../connector/column.js'
import type { Relation } from '../../connector/relation.js'
import type { Path } from '../1-parse/filter.js'

/** A query whose names are columns and whose literals have types: one relation, and what the stages after it need to know beside it. */
export interface BoundQuery {
  /**
   * The whole query: its scans name tables by the hub's ids, and it answers the page and one row more. A sort has the keys that were asked
   * for; planning adds what breaks ties.
   */
  readonly relation: Relation
  /** The tables of its scans, by id. */
  readonly tables: ReadonlyMap<string, QueryTable>
  /** The columns of `from` that the query uses, in the order in which a client sees them. */
  readonly columns: readonly FromColumn[]
  /** The columns of the answer: what the relation answers, in its order. */
  readonly outputs: readonly Output[]
  /** Each place where a column is used, for the decision. */
  readonly uses: readonly Use[]
  /** Rows of the page, and rows before it. */
  readonly limit: number
  readonly offset: number
}

/** A column of `from`, under its shared name, that the query uses. */
export interface FromColumn extends Meaning {
  readonly name: string
  readonly shape: Shape
  /** The columns of tables that it is read from. None: it says where a row came from. */
  readonly origins: readonly Origin[]
  /** The tables that have no such column: it is null in their rows, and they are reported. */
  readonly missingIn: readonly string[]
}

/** A column of a table. */
export interface Origin {
  readonly table: string
  readonly column: QueryTable['columns'][number]
}

/** What a column's values are; absent where nobody knows or the tables do not agree. */
export interface Meaning {
  readonly semanticType?: string
  readonly unit?: string
}

/** A column of the answer. */
export interface Output extends Meaning {
  readonly name: string
  readonly shape: Shape
  /** The position in `columns` of what it is made from. Absent: it counts rows. */
  readonly column?: number
  /** The one table that its values are read from as they are. Absent for a union, a measure and a bucket. */
  readonly table?: string
}

/** One use of one column. */
export interface Use {
  /** A position in `columns`. */
  readonly column: number
  readonly use: 'SELECT' | 'FILTER' | 'GROUP' | 'AGGREGATE' | 'SORT'
  /** True where the client did not name it: it left `select` out. */
  readonly implicit: boolean
  readonly path: Path
}
