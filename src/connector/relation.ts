import { z } from 'zod'
import { type Shape, shapeSchema } from './column.js'

/**
 * The relational algebra that a query is, from binding to the source. A relation's output is an ordered list of shapes; expressions
 * name a column of their input by its position. Names live only at the edge: in a scan, and in the result.
 */
export type Relation = TableScan | { op: 'union'; inputs: Relation[] } | (Step & { input: Relation })

/** A table of one source, by that source's own id, and the columns that are wanted of it, by published name. */
export interface TableScan {
  op: 'scan'
  table: string
  columns: ({ name: string } & Shape)[]
}

/** An operator of one input. */
export type Step =
  | { op: 'filter'; predicate: Predicate }
  | { op: 'project'; outputs: Expression[] }
  /** Output: the groups, then the measures. No groups: one row. */
  | { op: 'aggregate'; groups: Expression[]; measures: Aggregate[] }
  | { op: 'sort'; keys: SortKey[] }
  | { op: 'limit'; count?: number | undefined; offset: number }

/** Every scan of a relation, from left to right. */
export function scansOf(relation: Relation): TableScan[] {
  if (relation.op === 'scan') return [relation]
  return relation.op === 'union' ? relation.inputs.flatMap(scansOf) : scansOf(relation.input)
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

/** Aggregates of one input. */
const plainFunctions = ['COUNT', 'COUNT_DISTINCT', 'SUM', 'MIN', 'MAX', 'MEDIAN', 'STDDEV', 'SUM_COUNTS', 'MEAN', 'M2'] as const

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

const index = z.number().int().min(0).max(10_000)
const literalSchema: z.ZodType<Literal> = z.strictObject({
  kind: z.literal('literal'),
  shape: shapeSchema,
  value: z.string().max(100_000).nullable(),
})

const expressionSchema: z.ZodType<Expression> = z.lazy(() =>
  z.union([
    z.strictObject({ kind: z.literal('column'), index }),
    literalSchema,
    z.strictObject({ kind: z.literal('cast'), input: expressionSchema, to: shapeSchema }),
    z.strictObject({
      kind: z.literal('bucket'),
      input: expressionSchema,
      granularity: z.enum(granularities),
      timeZone: z.string().max(100),
    }),
    z.strictObject({ kind: z.literal('mean'), sum: expressionSchema, count: expressionSchema, shape: shapeSchema }),
  ]),
)

const degrees = z.number().min(-360).max(360)
const predicateSchema: z.ZodType<Predicate> = z.lazy(() =>
  z.union([
    z.strictObject({ kind: z.enum(['and', 'or']), terms: z.array(predicateSchema).min(1).max(10_000) }),
    z.strictObject({ kind: z.literal('not'), term: predicateSchema }),
    z.strictObject({ kind: z.literal('compare'), comparison: z.enum(comparisons), left: expressionSchema, right: literalSchema }),
    z.strictObject({ kind: z.literal('in'), left: expressionSchema, values: z.array(literalSchema).max(10_000) }),
    z.strictObject({ kind: z.literal('isNull'), input: expressionSchema, negated: z.boolean() }),
    z.strictObject({ kind: z.enum(['startsWith', 'contains']), input: expressionSchema, text: z.string().max(100_000) }),
    z.strictObject({ kind: z.literal('withinBox'), input: expressionSchema, west: degrees, south: degrees, east: degrees, north: degrees }),
  ]),
)

const aggregateSchema: z.ZodType<Aggregate> = z.union([
  z.strictObject({ function: z.enum(plainFunctions), input: expressionSchema.optional() }),
  z.strictObject({
    function: z.literal('MERGE_STDDEV'),
    input: expressionSchema,
    of: z.strictObject({ count: expressionSchema, mean: expressionSchema }),
  }),
])

const outputs = z.array(expressionSchema).max(10_000)
const input = z.lazy(() => relationSchema)

/** Checks a relation that came over the wire. Its nesting must have been bounded before (JSON depth), since this recurses. */
export const relationSchema: z.ZodType<Relation> = z.lazy(() =>
  z.discriminatedUnion('op', [
    z.strictObject({
      op: z.literal('scan'),
      table: z.string().max(300),
      columns: z.array(shapeSchema.extend({ name: z.string().max(500) })).max(10_000),
    }),
    z.strictObject({ op: z.literal('union'), inputs: z.array(relationSchema).min(1).max(1000) }),
    z.strictObject({ op: z.literal('filter'), input, predicate: predicateSchema }),
    z.strictObject({ op: z.literal('project'), input, outputs }),
    z.strictObject({
      op: z.literal('aggregate'),
      input,
      groups: outputs,
      measures: z.array(aggregateSchema).max(1000),
    }),
    z.strictObject({
      op: z.literal('sort'),
      input,
      keys: z.array(z.strictObject({ column: index, descending: z.boolean(), nullsFirst: z.boolean() })).max(10_000),
    }),
    z.strictObject({ op: z.literal('limit'), input, count: z.number().int().min(0).optional(), offset: z.number().int().min(0) }),
  ]),
)
