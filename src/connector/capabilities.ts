import { type AggregateFunction, aggregateFunctions, type Predicate } from './relation.js'

/**
 * What a source can do for one table. An absent capability is unsupported, and the hub does that part itself.
 * What is declared must be exact: the same rows as DESIGN.md's binary text order, nulls last, and exact arithmetic.
 */
export interface Capabilities {
  /** Computes expressions and leaves columns out. Default: whole rows. */
  readonly project?: true
  /** Stacks several of its own tables (UNION ALL). */
  readonly union?: true
  /** The predicates that it evaluates; `and`, `or` and `not` must be named too. */
  readonly filter?: ReadonlySet<Predicate['kind']>
  /** The functions it computes, by any grouping that it can project. */
  readonly aggregate?: ReadonlySet<AggregateFunction>
  readonly sort?: true
  /** LIMIT and OFFSET. */
  readonly limit?: true
}

/** All that the algebra can say: for a source that has our own engine beside its data. */
export const everything: Capabilities = {
  project: true,
  union: true,
  filter: new Set(['and', 'or', 'not', 'compare', 'in', 'isNull', 'startsWith', 'contains', 'withinBox'] as const),
  aggregate: new Set(aggregateFunctions),
  sort: true,
  limit: true,
}

/** The operators of a fragment as `PlanFragment.pushedDown` and `SourceReport.pushedDown` name them. */
export const operators = ['PROJECT', 'FILTER', 'KEYS', 'JOIN', 'AGGREGATE', 'SORT', 'LIMIT'] as const
export type Operator = (typeof operators)[number]
