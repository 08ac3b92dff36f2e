import { z } from 'zod'

/** Texts longer than this are not part of a profile. */
export const profileTextMax = 200

/** A cell as results write it in JSON: INT64 beyond 2^53 and DECIMAL as text, dates and times as ISO 8601. */
const valueSchema = z.union([z.string().max(profileTextMax), z.number(), z.boolean()])
const count = z.number().int().min(0)

/** Statistics of one column's values. Never made for a personal column, and never shown for a table that is not open. */
export const columnProfileSchema = z.strictObject({
  /** Share of rows without a value, 0 to 1; 0 where there are no rows. */
  nullRatio: z.number().min(0).max(1),
  /** Exact for up to 100,000 rows; beyond that an estimate, mostly within 10%. Absent for GEOMETRY, JSON and LIST. */
  distinctCount: count.optional(),
  /** Absent where no minimum is known: no values, GEOMETRY, JSON, LIST, or a text of more than 200 characters or with a NUL. */
  min: valueSchema.optional(),
  max: valueSchema.optional(),
  /** At most ten values that occur in two or more rows, most frequent first. Estimated from a sample beyond a million rows. */
  topValues: z.array(z.strictObject({ value: valueSchema, count })).max(10),
  /**
   * At most ten bins of equal width, for numbers, dates and times. Bins of whole numbers and dates include both ends; other bins include
   * only the upper end.
   */
  histogram: z.array(z.strictObject({ from: valueSchema, to: valueSchema, count })).max(10),
})
/** Inferred from its schema. */
export type ColumnProfile = z.infer<typeof columnProfileSchema>
