import { z } from 'zod'

/** Longer texts do not stand in a profile. */
export const profileTextMax = 200

/** A cell as JSON has it in results: INT64 beyond 2^53 and DECIMAL as text, dates and times as ISO 8601. */
const valueSchema = z.union([z.string().max(profileTextMax), z.number(), z.boolean()])
const count = z.number().int().min(0)

/** What the values of one column are like. Never made of a column that points to a person, nor told of a table that is not open. */
export const columnProfileSchema = z.strictObject({
  /** Share of rows without a value, 0 to 1; 0 where there are no rows. */
  nullRatio: z.number().min(0).max(1),
  /** Exact for up to 100,000 rows; beyond, an estimate that is mostly within a tenth. Absent for GEOMETRY, JSON and LIST. */
  distinctCount: count.optional(),
  /** Absent where nothing is known to be least: no values, GEOMETRY, JSON, LIST, or a text longer than 200 characters. */
  min: valueSchema.optional(),
  max: valueSchema.optional(),
  /**
   * Values that stand in two rows or more, the most frequent first; at most ten. Of more than a million rows, estimated by a part of them.
   */
  topValues: z.array(z.strictObject({ value: valueSchema, count })).max(10),
  /**
   * Ten stretches of the same width at most, of numbers, dates and times: both ends of whole numbers and dates belong to them; of the rest,
   * the upper.
   */
  histogram: z.array(z.strictObject({ from: valueSchema, to: valueSchema, count })).max(10),
})
/** Inferred from its schema. */
export type ColumnProfile = z.infer<typeof columnProfileSchema>
