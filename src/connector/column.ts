import { z } from 'zod'
import { columnProfileSchema } from './profile.js'

/** The canonical types of DESIGN.md ('Types'): what a column's values are, whatever the source calls them. */
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
export type ColumnType = (typeof columnTypes)[number]

/** Whether a column points to persons (PERSONAL), or tells what GDPR Article 9 protects (SPECIAL_CATEGORY). */
export const sensitivities = ['NONE', 'PERSONAL', 'SPECIAL_CATEGORY'] as const
export type Sensitivity = (typeof sensitivities)[number]

/** A type with what it needs to be exact: `scale` (digits after the point, 0–38) for DECIMAL, absent for all others. */
export const shapeSchema = z.strictObject({
  type: z.enum(columnTypes),
  scale: z.number().int().min(0).max(38).optional(),
})
export type Shape = z.infer<typeof shapeSchema>

/** A column as published: the name is case-sensitive, trimmed, unique in its table, and may hold spaces and hyphens. */
export const columnSchema = z.strictObject({
  name: z.string().min(1).max(500),
  title: z.string().max(500),
  type: z.enum(columnTypes),
  scale: z.number().int().min(0).max(38).optional(),
  /** What the values are, beside their type: UPRN, POSTCODE, EMAIL … (DESIGN.md, 'Types'). Never changes the type. */
  semanticType: z.string().max(60).optional(),
  nullable: z.boolean(),
  description: z.string().max(10_000).optional(),
  unit: z.string().max(100).optional(),
  sensitivity: z.enum(sensitivities),
  profile: columnProfileSchema.optional(),
})
export type ColumnDescription = z.infer<typeof columnSchema>
