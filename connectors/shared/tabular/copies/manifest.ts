import { z } from 'zod'
import { columnSchema } from '../../../../src/connector/column.js'

/** Raise this whenever the same bytes would give another copy. Every copy is then made again. */
export const converterVersion = 10

/** Whether a table has totals of its rows: they were set aside, or some row that looks like one is among its rows. */
export const totalsSchema = z.enum(['SET_ASIDE', 'AMONG_ROWS'])

/** One table of a converted file. Column i is `c<i>` in the copy. */
export const convertedTableSchema = z.strictObject({
  /** The copy's file, beside the manifest. */
  file: z.string(),
  /** The name of the sheet, if the file is a workbook. */
  sheet: z.string().optional(),
  columns: z.array(columnSchema),
  rowCount: z.number().int().min(0),
  /** The position of the indexed column. */
  indexed: z.number().int().min(0).optional(),
  totals: totalsSchema.optional(),
  /** The columns from which the last one, a geometry, was derived. */
  geometryFrom: z.array(z.string()).optional(),
  problems: z.array(z.string()),
})
/** Inferred from its schema. */
export type ConvertedTable = z.infer<typeof convertedTableSchema>

/** The content of a copy. It depends only on the file's bytes and on what the publisher says of the columns. */
export const manifestSchema = z.strictObject({ tables: z.array(convertedTableSchema), problems: z.array(z.string()) })
/** Inferred from its schema. */
export type Manifest = z.infer<typeof manifestSchema>
