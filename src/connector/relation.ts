import type { Shape } from './column.js'

/**
 * The relational algebra that a query is, from binding to the source. A relation's output is an ordered list of shapes; expressions
 * name a column of their input by its position. Names live only at the edge: in a scan, and in the result.
 */
export type Relation =
  | TableScan
  /** The rows of all inputs, one after the other (UNION ALL). The inputs have the same shapes, those of the first. */
  | { op: 'union'; inputs: Relation[] }
  | { op: 'filter'; predicate: Predicate; input: Relation }
  | { op: 'project'; outputs: Expression[]; input: Relation }
  /** Output: the groups, then the measures. No groups: one row. */
  | { op: 'aggregate'; groups: Expression[]; measures: Aggregate[]; input: Relation }
  | { op: 'sort'; keys: SortKey[]; input: Relation }
  | { op: 'limit'; count?: number | undefined; offset: number; input: Relation }

/** An operator by its name: `RelationOf<'sort'>`. */
export type RelationOf<Op extends Relation['op']> = Extract<Relation, { op: Op }>

/** A table of one source, by that source's own id, and the columns that are wanted of it, by published name. */
export interface TableScan {
  op: 'scan'
  table: string
  columns: ({ name: string } & Shape)[]
}

/** A column of the input to sort by; binary for text. Nulls last unless `nullsFirst`. */
export interface SortKey {
  column: number
  descending: boolean
  nullsFirst: boolean
}

/** The buckets that dates fall into. */
export const granularities = ['DAY', 'WEEK', 'MONTH', 'QUARTER', 'YEAR'] as const
export type Granularity = (typeof granularities)[number]

/** A literal: its canonical text (ISO 8601 dates, plain decimals, `true`), or null. */
export interface Literal {
  kind: 'literal'
  shape: Shape
  value: string | null
}

/** A scalar over the columns of one input. */
export type Expression =
  | { kind: 'column'; index: number }
  | Literal
  /** Reads the input as another type; a value that does not convert is an error of the query, never a null. */
  | { kind: 'cast'; input: Expression; to: Shape }
  /** The first day of the bucket, as DATE, in the IANA time zone where the input is a TIMESTAMPTZ; weeks from Monday. */
  | { kind: 'bucket'; input: Expression; granularity: Granularity; timeZone: string }
  /** sum ÷ count, null where the count is 0: DECIMAL at the shape's scale, half-even, exact; else DOUBLE. */
  | { kind: 'mean'; sum: Expression; count: Expression; shape: Shape }

/** The aggregates that read at most one expression. */
export const plainFunctions = ['COUNT', 'COUNT_DISTINCT', 'SUM', 'MIN', 'MAX', 'MEDIAN', 'STDDEV', 'SUM_COUNTS', 'MEAN', 'M2'] as const

/** The aggregates of the algebra. */
export const aggregateFunctions = [...plainFunctions, 'MERGE_STDDEV'] as const
/**
 * SUM_COUNTS adds partial counts: INT64, and 0 over no rows. An average is a SUM, a COUNT and a `mean`. MEAN is of DOUBLEs, M2 the sum
 * of the squares of their distances from it: with a COUNT they are what MERGE_STDDEV makes the deviation of all from.
 */
export type AggregateFunction = (typeof aggregateFunctions)[number]

/** No input: the number of rows (COUNT only). Else `input`; for MERGE_STDDEV that is partial M2, and `of` is what goes with them. */
export interface Aggregate {
  function: AggregateFunction
  input?: Expression | undefined
  of?: { count: Expression; mean: Expression } | undefined
}

/** =, <>, <, <=, >, >=. */
export const comparisons = ['eq', 'ne', 'lt', 'lte', 'gt', 'gte'] as const
export type Comparison = (typeof comparisons)[number]

/** Three-valued, as in SQL: a comparison with a null is unknown, and a filter keeps what is true. Text compares binary. */
export type Predicate =
  | { kind: 'and' | 'or'; terms: Predicate[] }
  | { kind: 'not'; term: Predicate }
  | { kind: 'compare'; comparison: Comparison; left: Expression; right: Literal }
  | { kind: 'in'; left: Expression; values: Literal[] }
  | { kind: 'isNull'; input: Expression; negated: boolean }
  | { kind: 'startsWith' | 'contains'; input: Expression; text: string }
  /**
   * Every position of the geometry lies in the box (degrees, WGS84), its edges included. Where west is greater than east the box crosses
   * the 180th meridian (RFC 7946, 5.2).
   */
  | { kind: 'withinBox'; input: Expression; west: number; south: number; east: number; north: number }
