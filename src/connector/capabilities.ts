import { type AggregateFunction, aggregateFunctions, type Predicate } from './relation.js'

/**
 * What a source can do for one table. The hub does whatever is not declared. Everything declared must be exact: text is ordered by its
 * UTF-8 bytes, nulls come last, and INT64 and DECIMAL arithmetic loses no digit.
 */
export interface Capabilities {
  /** Computes expressions and omits columns. Default: answers whole rows. */
  readonly project?: true
  /** Runs a union of several of its own tables (UNION ALL). */
  readonly union?: true
  /** Joins several of its own tables, with every type and every kind of key, and counts their matches. */
  readonly join?: true
  /** The kinds of predicate that it evaluates. `and`, `or` and `not` must be listed too. */
  readonly filter?: ReadonlySet<Predicate['kind']>
  /** The aggregate functions that it computes. A group may be any expression that the source can project. */
  readonly aggregate?: ReadonlySet<AggregateFunction>
  /** ORDER BY, with nulls last or first and several keys. */
  readonly sort?: true
  /** LIMIT and OFFSET. */
  readonly limit?: true
}

/** Every capability, for a source whose data our own engine reads. */
export const everything: Capabilities = {
  project: true,
  union: true,
  join: true,
  filter: new Set(['and', 'or', 'not', 'compare', 'in', 'among', 'isNull', 'startsWith', 'contains', 'withinBox'] as const),
  aggregate: new Set(aggregateFunctions),
  sort: true,
  limit: true,
}

/** The operators that `PlanFragment.pushedDown` and `SourceReport.pushedDown` may list. */
export const operators = ['PROJECT', 'FILTER', 'KEYS', 'JOIN', 'AGGREGATE', 'SORT', 'LIMIT'] as const
/** One of `operators`. */
export type Operator = (typeof operators)[number]
