import { z } from 'zod'
import { granularities, joinTypes } from '../../connector/relation.js'
import { columnTypes } from '../../connector/column.js'

/** The limits of one query. Beyond them it is refused with BAD_USER_INPUT. */
export const queryLimits = {
  membersMax: 500,
  joinsMax: 7,
  keysMax: 20,
  outputsMax: 1000,
  inMax: 10_000,
  /** Nodes of one filter's tree, leaves included. The elements of `in` do not count. */
  filterTermsMax: 5000,
  filterDepthMax: 64,
  /** Elements of all the `in` of one filter. */
  filterValuesMax: 100_000,
  rowsMax: 10_000,
  offsetMax: 2 ** 31 - 1,
  textMax: 10_000,
  timeoutMsMax: 120_000,
} as const

const text = z
  .string()
  .max(queryLimits.textMax, `is longer than ${queryLimits.textMax} characters`)
  .refine((value) => !value.includes('\0'), 'holds a NUL character')
const name = text.min(1, 'is empty')
const value = z.union([text, z.number(), z.boolean()], 'is not a cell: give a string, a number or a boolean')
const list = <T extends z.ZodType>(of: T, most: number) => z.array(of).max(most, `holds more than ${most}`)

/** A filter as it arrives, with exactly one of and, or, not, column. `parseFilter` checks the rest, with the place of each error. */
export interface FilterInput {
  and?: FilterInput[] | null | undefined
  or?: FilterInput[] | null | undefined
  not?: FilterInput | null | undefined
  column?: string | null | undefined
  [operator: string]: unknown
}

/** Only checks that it is an object. `parseFilter` walks the filter without recursion, so a deep filter cannot overflow the stack. */
const filter = z.custom<FilterInput>((given) => typeof given === 'object' && given !== null && !Array.isArray(given), 'is not a filter')

/** The operators of a filter's leaf, each with the form of its operand. */
export const operandSchemas = {
  eq: value,
  ne: value,
  lt: value,
  lte: value,
  gt: value,
  gte: value,
  in: list(value, queryLimits.inMax),
  isNull: z.boolean(),
  startsWith: text,
  contains: text,
  withinBox: z.array(z.number()).length(4, 'must be [west, south, east, north]'),
} as const
/** The name of an operator of a filter's leaf. */
export type FilterOperator = keyof typeof operandSchemas

const table = z.strictObject({
  table: name.nullish(),
  union: list(name, queryLimits.membersMax).nullish(),
  members: list(
    z.strictObject({
      table: name,
      columns: list(
        z.strictObject({ column: name, as: name.nullish(), type: z.enum(columnTypes).nullish() }),
        queryLimits.outputsMax,
      ).nullish(),
    }),
    queryLimits.membersMax,
  ).nullish(),
  where: filter.nullish(),
  as: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be letters, digits and underscores, and not begin with a digit')
    .max(200)
    .nullish(),
})

/** Normalise of graphql/surface.graphql. */
export const normaliseNames = ['EXACT', 'POSTCODE', 'UPRN', 'TEXT'] as const

/** QueryInput of graphql/surface.graphql, as one value. `null` means absent. */
export const queryInputSchema = z.strictObject({
  from: table,
  joins: list(
    z.strictObject({
      table,
      type: z.enum(joinTypes).nullish(),
      on: list(z.strictObject({ left: name, right: name, normalise: z.enum(normaliseNames).nullish() }), queryLimits.keysMax).min(
        1,
        'is empty',
      ),
    }),
    queryLimits.joinsMax,
  ).nullish(),
  select: list(z.strictObject({ column: name, as: name.nullish() }), queryLimits.outputsMax).nullish(),
  where: filter.nullish(),
  groupBy: list(
    z.strictObject({ column: name, granularity: z.enum(granularities).nullish(), as: name.nullish() }),
    queryLimits.outputsMax,
  ).nullish(),
  measures: list(
    z.strictObject({
      function: z.enum(['COUNT', 'COUNT_DISTINCT', 'SUM', 'AVG', 'MIN', 'MAX', 'MEDIAN', 'STDDEV']),
      column: name.nullish(),
      as: name.nullish(),
    }),
    queryLimits.outputsMax,
  ).nullish(),
  having: filter.nullish(),
  orderBy: list(
    z.strictObject({ column: name, direction: z.enum(['ASC', 'DESC']).nullish(), nulls: z.enum(['FIRST', 'LAST']).nullish() }),
    queryLimits.outputsMax,
  ).nullish(),
  limit: z
    .number()
    .int('must be a whole number')
    .min(0, 'is below 0')
    .max(queryLimits.rowsMax, `is over ${queryLimits.rowsMax}; page with offset`)
    .nullish(),
  offset: z.number().int('must be a whole number').min(0, 'is below 0').max(queryLimits.offsetMax).nullish(),
  timeZone: text.nullish(),
  onSourceError: z.enum(['FAIL', 'PARTIAL']).nullish(),
  timeoutMs: z
    .number()
    .int('must be a whole number')
    .min(1, 'is below 1')
    .max(queryLimits.timeoutMsMax, `is over ${queryLimits.timeoutMsMax}`)
    .nullish(),
  atVersion: text.nullish(),
})
/** Inferred from its schema. */
export type QueryInput = z.infer<typeof queryInputSchema>

/** The same query for a download, which gives all its rows unless it is limited. */
export const downloadInputSchema = queryInputSchema.extend({
  limit: z.number().int('must be a whole number').min(0, 'is below 0').max(queryLimits.offsetMax).nullish(),
})
