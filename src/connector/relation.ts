import type { Shape } from './column.js'

/**
 * The relational algebra: a query from binding to its sources. A relation's output is an ordered list of shapes, and expressions refer to a
 * column of their input by its position. Names occur only in a scan and in the result.
 */
export type Relation =
  | TableScan
  /** The rows of all inputs, one after the other (UNION ALL). All inputs have the shapes of the first. */
  | { op: 'union'; inputs: Relation[] }
  | { op: 'filter'; predicate: Predicate; input: Relation }
  | { op: 'project'; outputs: Expression[]; input: Relation }
  /** Output: the groups, then the measures, at least one in all. Without groups it is one row. */
  | { op: 'aggregate'; groups: Expression[]; measures: Aggregate[]; input: Relation }
  | { op: 'sort'; keys: SortKey[]; input: Relation }
  | Join
  /** One row about a join of the same sides: the columns of `matchColumns`. */
  | (Sides & { op: 'match' })
  | { op: 'limit'; count?: number | undefined; offset: number; input: Relation }

/** What becomes of the values of a column. The shape stays the same, and null stays null. */
export type Mask =
  /** Null. */
  | { readonly kind: 'drop' }
  /** The first characters of a text. */
  | { readonly kind: 'truncate'; readonly length: number }
  /** The district of a postcode: NW6. Null where it is none. */
  | { readonly kind: 'district' }
  /** The first moment of the year of a date or time, in UTC. */
  | { readonly kind: 'year' }
  /** An HMAC-SHA-256 of a text, hexadecimal, under a key of the spoke. */
  | { readonly kind: 'keyed'; readonly key: Buffer }

/** One operator of the algebra: `RelationOf<'sort'>`. */
export type RelationOf<Op extends Relation['op']> = Extract<Relation, { op: Op }>

/** How the rows of two sides are put together. ANTI: the rows of the left side that have no partner on the right. */
export const joinTypes = ['INNER', 'LEFT', 'ANTI'] as const
/** One of `joinTypes`. */
export type JoinType = (typeof joinTypes)[number]

/** Two sides, and the keys by which their rows belong together. */
export interface Sides {
  type: JoinType
  /** Rows are partners where every pair is equal. A null is equal to nothing; NaN is equal to NaN, and 0.0 to −0.0. */
  keys: JoinKey[]
  left: Relation
  right: Relation
  /**
   * The column of an aggregated side that says how many rows each of its rows stands for, at the hub alone. A match counts these; the rows of
   * a join do not depend on it.
   */
  weights?: { readonly left?: number; readonly right?: number } | undefined
}

/** A pair of expressions of one shape: `left` over the columns of the left side, `right` over those of the right. */
export interface JoinKey {
  left: Expression
  right: Expression
}

/** Output: the columns of the left side, then those of the right; of an ANTI join those of the left alone. */
export interface Join extends Sides {
  op: 'join'
  /** Which join of its query this is, at the hub alone. */
  at?: number | undefined
}

/**
 * What a match counts, in order. Rows, rows with a partner, rows with a null key, rows whose key is no such thing as it is read as
 * (damaged), and distinct keys of each side; the keys of both sides; rows of the join; and the most rows that one key became.
 */
export const matchColumns = [
  ...['leftRows', 'leftMatched', 'leftNullKeys', 'leftDamagedKeys', 'leftKeys'],
  ...['rightRows', 'rightMatched', 'rightNullKeys', 'rightDamagedKeys', 'rightKeys'],
  ...['matchedKeys', 'joinedRows', 'largestFanOut'],
] as const

/** A table of one source, by the source's own id, and the columns to read from it, by published name. */
export interface TableScan {
  op: 'scan'
  table: string
  /** Which table of a query this is, at the hub alone: one table may be read several times. Sources never receive it. */
  alias?: string
  columns: ({ name: string } & Shape)[]
}

/** A column of the input to sort by. Text is compared byte by byte. Nulls come last unless `nullsFirst`. */
export interface SortKey {
  column: number
  descending: boolean
  nullsFirst: boolean
}

/** The periods that dates can be grouped into. */
export const granularities = ['DAY', 'WEEK', 'MONTH', 'QUARTER', 'YEAR'] as const
/** One of `granularities`. */
export type Granularity = (typeof granularities)[number]

/**
 * What two values are compared as, so that unlike spellings and types of one thing are equal: a text, a property's reference number, a
 * postcode, a number.
 */
export const normalisations = ['TEXT', 'UPRN', 'POSTCODE', 'NUMBER'] as const
/** One of `normalisations`. */
export type Normalisation = (typeof normalisations)[number]

/** A literal: its canonical text (ISO 8601 dates, plain decimals, `true`), or null. */
export interface Literal {
  kind: 'literal'
  shape: Shape
  value: string | null
}

/** A scalar expression over the columns of one input. */
export type Expression =
  | { kind: 'column'; index: number }
  | Literal
  /** Converts the input to another type. A value that does not convert fails the query; it never becomes null. */
  | { kind: 'cast'; input: Expression; to: Shape }
  /** The first day of the period as DATE; weeks begin on Monday. `timeZone` is an IANA name and applies only to TIMESTAMPTZ. */
  | { kind: 'bucket'; input: Expression; granularity: Granularity; timeZone: string }
  /** A value as a key of one kind; null where it is no such thing. */
  | { kind: 'normalise'; input: Expression; as: Normalisation }
  /** A value as far as an agreement lets it leave the spoke. Only a spoke makes it, of its own agreements: no hub can send it. */
  | { kind: 'mask'; input: Expression; as: Mask }
  /** sum ÷ count, and null where the count is 0. An exact DECIMAL, rounded half to even to the shape's scale, or else DOUBLE. */
  | { kind: 'mean'; sum: Expression; count: Expression; shape: Shape }

/** The aggregates that read at most one expression. */
export const plainFunctions = ['COUNT', 'COUNT_DISTINCT', 'SUM', 'MIN', 'MAX', 'MEDIAN', 'STDDEV', 'SUM_COUNTS', 'MEAN', 'M2'] as const

/** All aggregates. */
export const aggregateFunctions = [...plainFunctions, 'MERGE_STDDEV'] as const
/**
 * SUM_COUNTS adds partial counts: INT64, and 0 over no rows. MEAN is the mean of DOUBLEs, M2 the sum of squared distances from that mean;
 * MERGE_STDDEV combines them with a COUNT into the deviation of all rows. An average is not an aggregate: it is a SUM, a COUNT and a
 * `mean`.
 */
export type AggregateFunction = (typeof aggregateFunctions)[number]

/** Without `input`: the number of rows (COUNT only). For MERGE_STDDEV, `input` is the partial M2, and `of` the count and mean beside it. */
export interface Aggregate {
  function: AggregateFunction
  input?: Expression | undefined
  of?: { count: Expression; mean: Expression } | undefined
}

/** The comparisons =, <>, <, <=, > and >=. */
export const comparisons = ['eq', 'ne', 'lt', 'lte', 'gt', 'gte'] as const
/** One of `comparisons`. */
export type Comparison = (typeof comparisons)[number]

/**
 * Three-valued, as in SQL: comparing with null is unknown, and a filter keeps only rows where it is true. Text is compared byte by byte.
 */
export type Predicate =
  | { kind: 'and' | 'or'; terms: Predicate[] }
  | { kind: 'not'; term: Predicate }
  | { kind: 'compare'; comparison: Comparison; left: Expression; right: Literal }
  | { kind: 'in'; left: Expression; values: Literal[] }
  /** `in` for very many values of one shape, by their canonical texts: the keys that a join sends. */
  | { kind: 'among'; left: Expression; shape: Shape; values: readonly string[] }
  | { kind: 'isNull'; input: Expression; negated: boolean }
  | { kind: 'startsWith' | 'contains'; input: Expression; text: string }
  /**
   * True where every position of the geometry lies in the box (degrees, WGS84), edges included. Where west is greater than east, the box
   * crosses the 180th meridian (RFC 7946, 5.2).
   */
  | { kind: 'withinBox'; input: Expression; west: number; south: number; east: number; north: number }
