import { z } from 'zod'
import { columnSchema } from '../../../../src/connector/column.js'

/** Raised whenever the same bytes would be converted otherwise: every copy is then made again. */
export const converterVersion = 8

/** One table of a converted file; column i is `c<i>` in its copy. */
export const convertedTableSchema = z.strictObject({
  /** The copy's file, beside the manifest. */
  file: z.string(),
  /** The sheet, where the file is a workbook. */
  sheet: z.string().optional(),
  columns: z.array(columnSchema),
  rowCount: z.number().int().min(0),
  /** The position of the column that the copy has an index of. */
  indexed: z.number().int().min(0).optional(),
  problems: z.array(z.string()),
})
/** Inferred from its schema. */
export type ConvertedTable = z.infer<typeof convertedTableSchema>

/** What a converted copy holds; it depends on the file's bytes and on what the publisher says of its columns, and on nothing else. */
export const manifestSchema = z.strictObject({ tables: z.array(convertedTableSchema), problems: z.array(z.string()) })
/** Inferred from its schema. */
export type Manifest = z.infer<typeof manifestSchema>
