import { z } from 'zod'
import { columnProfileSchema } from './profile.js'

/** The canonical types of values, whatever the source calls them (`ColumnType` in graphql/surface.graphql). */
export const columnTypes = [
  'STRING',
  'BOOLEAN',
  'INT64',
  'DOUBLE',
  'DECIMAL',
  'DATE',
  'TIME',
  'TIMESTAMP',
  'TIMESTAMPTZ',
  'GEOMETRY',
  'JSON',
  'LIST',
] as const
/** One of `columnTypes`. */
export type ColumnType = (typeof columnTypes)[number]

/** PERSONAL: the column identifies or describes a person. SPECIAL_CATEGORY: it holds data that GDPR Article 9 protects. */
export const sensitivities = ['NONE', 'PERSONAL', 'SPECIAL_CATEGORY'] as const
/** One of `sensitivities`. */
export type Sensitivity = (typeof sensitivities)[number]

/** A type and, for DECIMAL only, its `scale`: digits after the point, 0–38. */
export const shapeSchema = z.strictObject({
  type: z.enum(columnTypes),
  scale: z.number().int().min(0).max(38).optional(),
})
/** Inferred from its schema. */
export type Shape = z.infer<typeof shapeSchema>

/** A column as published: the name is case-sensitive, trimmed, unique in its table, and may hold spaces and hyphens. */
export const columnSchema = z.strictObject({
  name: z.string().min(1).max(500),
  title: z.string().max(500),
  type: z.enum(columnTypes),
  scale: z.number().int().min(0).max(38).optional(),
  /** What the values mean: UPRN, POSTCODE, EMAIL … It never changes the type. */
  semanticType: z.string().max(60).optional(),
  nullable: z.boolean(),
  description: z.string().max(10_000).optional(),
  unit: z.string().max(100).optional(),
  sensitivity: z.enum(sensitivities),
  /** Whether its dates were read day first although no value shows their order. Default false. */
  dayAssumed: z.boolean().optional(),
  /** Whether its geometries, or some of them, are not in WGS84 with the longitude first (RFC 7946, 4). Default false. */
  notWgs84: z.boolean().optional(),
  profile: columnProfileSchema.optional(),
})
/** Inferred from its schema. */
export type ColumnDescription = z.infer<typeof columnSchema>
