import { z } from 'zod'
import type { Shape } from '../connector/column.js'
import type { Expression, Literal, Predicate } from '../connector/relation.js'
import { comparisons } from '../connector/relation.js'
import { Unenforceable } from './obligations.js'

const cell = z.union([z.string().max(10_000), z.number(), z.boolean()])
const comparedSchema = z
  .strictObject({
    column: z.string().min(1).max(300),
    eq: cell.optional(),
    ne: cell.optional(),
    lt: cell.optional(),
    lte: cell.optional(),
    gt: cell.optional(),
    gte: cell.optional(),
    in: z.array(cell).min(1).max(10_000).optional(),
    isNull: z.boolean().optional(),
  })
  .refine((test) => Object.keys(test).length === 2, 'a row filter tests a column in one way')

/** A row filter of an agreement: the parts of the graph's Filter that every spoke evaluates exactly. */
export type RowFilter = z.infer<typeof comparedSchema> | { and: RowFilter[] } | { or: RowFilter[] } | { not: RowFilter }
const rowFilterSchema: z.ZodType<RowFilter> = z.lazy(() =>
  z.union([
    z.strictObject({ and: z.array(rowFilterSchema).min(1).max(100) }),
    z.strictObject({ or: z.array(rowFilterSchema).min(1).max(100) }),
    z.strictObject({ not: rowFilterSchema }),
    comparedSchema,
  ]),
)

/** Reads the row filter of an agreement. @throws Unenforceable where it has another form: then nothing is allowed. */
export function readRowFilter(filter: unknown): RowFilter {
  const read = rowFilterSchema.safeParse(filter)
  if (!read.success) throw new Unenforceable('the row filter has a form that is not known')
  return read.data
}

/** The columns that a row filter tests. */
export function columnsOfRowFilter(filter: RowFilter): string[] {
  if ('and' in filter) return filter.and.flatMap(columnsOfRowFilter)
  if ('or' in filter) return filter.or.flatMap(columnsOfRowFilter)
  if ('not' in filter) return columnsOfRowFilter(filter.not)
  return [filter.column]
}

/** A column that a row filter tests: where it stands in the relation, and what shape it has. */
export interface TestedColumn {
  readonly index: number
  readonly shape: Shape
}

/**
 * The predicate of a row filter.
 * @throws Unenforceable where a value is none of its column's type.
 */
export function rowPredicate(filter: RowFilter, columnOf: (name: string) => TestedColumn): Predicate {
  if ('and' in filter) return { kind: 'and', terms: filter.and.map((term) => rowPredicate(term, columnOf)) }
  if ('or' in filter) return { kind: 'or', terms: filter.or.map((term) => rowPredicate(term, columnOf)) }
  if ('not' in filter) return { kind: 'not', term: rowPredicate(filter.not, columnOf) }
  const { index, shape } = columnOf(filter.column)
  const left: Expression = { kind: 'column', index }
  if (filter.isNull !== undefined) return { kind: 'isNull', input: left, negated: !filter.isNull }
  if (filter.in !== undefined) return { kind: 'in', left, values: filter.in.map((value) => literalOf(value, shape)) }
  const comparison = comparisons.find((name) => filter[name] !== undefined)
  if (comparison === undefined) throw new Unenforceable('the row filter tests nothing')
  return { kind: 'compare', comparison, left, right: literalOf(filter[comparison] as string | number | boolean, shape) }
}

/** The forms of values, by type. A value of another type is not compared: it could be read in two ways. */
const forms: Partial<Record<Shape['type'], RegExp>> = {
  STRING: /^[^]*$/,
  INT64: /^-?\d{1,18}$/,
  BOOLEAN: /^(true|false)$/,
  DATE: z.regexes.date,
}

function literalOf(value: string | number | boolean, shape: Shape): Literal {
  const isOfType =
    shape.type === 'BOOLEAN' ? typeof value !== 'number' : shape.type === 'INT64' ? typeof value !== 'boolean' : typeof value === 'string'
  if (!isOfType || forms[shape.type]?.test(String(value)) !== true)
    throw new Unenforceable(`the row filter compares ${shape.type} with a value of another kind`)
  return { kind: 'literal', shape, value: String(value) }
}
