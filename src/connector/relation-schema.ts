import { z } from 'zod'
import { shapeSchema } from './column.js'
import {
  type Aggregate,
  comparisons,
  type Expression,
  granularities,
  joinTypes,
  type Literal,
  normalisations,
  plainFunctions,
  type Predicate,
  type Relation,
} from './relation.js'

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
    z.strictObject({ kind: z.literal('normalise'), input: expressionSchema, as: z.enum(normalisations) }),
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
    z.strictObject({
      kind: z.literal('among'),
      left: expressionSchema,
      shape: shapeSchema,
      values: z.array(z.string().max(10_000)).max(100_000),
    }),
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
const sides = {
  type: z.enum(joinTypes),
  keys: z
    .array(z.strictObject({ left: expressionSchema, right: expressionSchema }))
    .min(1)
    .max(100),
  left: input,
  right: input,
}

/** Checks a relation that came over the wire. It recurses, so the caller must have limited the JSON's depth first. */
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
    z
      .strictObject({ op: z.literal('aggregate'), input, groups: outputs, measures: z.array(aggregateSchema).max(1000) })
      .refine(({ groups, measures }) => groups.length + measures.length > 0, 'An aggregate needs a group or a measure'),
    z.strictObject({
      op: z.literal('sort'),
      input,
      keys: z
        .array(z.strictObject({ column: index, descending: z.boolean(), nullsFirst: z.boolean() }))
        .min(1)
        .max(10_000),
    }),
    z.strictObject({ op: z.literal('join'), ...sides }),
    z.strictObject({ op: z.literal('match'), ...sides }),
    z.strictObject({ op: z.literal('limit'), input, count: z.number().int().min(0).optional(), offset: z.number().int().min(0) }),
  ]),
)
