import { z } from 'zod'
import type { Access } from '../../../src/connector/catalogue.js'
import { columnEntryFields, datasetEntryFields, defaultAccessSchema } from '../dataset-entry.js'

const columnEntrySchema = z.strictObject({
  ...columnEntryFields,
  description: columnEntryFields.description.describe('In place of the comment on the column.'),
})

const datasetEntrySchema = z.strictObject({
  ...datasetEntryFields,
  description: datasetEntryFields.description.describe('In place of the comment on the table.'),
  columns: z.record(z.string().max(500), columnEntrySchema).optional().describe('By the column’s name in the database.'),
})
/** What a publisher says of one table. The fields are those of a folder's catalogue.yaml. */
export type DatasetEntry = z.infer<typeof datasetEntrySchema>

const pattern = z.string().min(1).max(200)

/** The settings that all kinds of database share. */
export const databaseSettings = {
  schemas: z.array(pattern).min(1).max(200).describe('The schemas to serve; * stands for any letters. Nothing else is listed.'),
  tables: z
    .array(pattern)
    .min(1)
    .max(5000)
    .default(['*'])
    .describe(
      'The tables, views and foreign tables of those schemas to serve, as `table` or `schema.table`; * stands for any letters. Default: all.',
    ),
  defaultAccess: defaultAccessSchema('`datasets`'),
  datasets: z.record(z.string().max(200), datasetEntrySchema).default({}).describe('By `schema.table`: what the database cannot say.'),
  allowPowerfulRole: z
    .boolean()
    .default(false)
    .describe('Whether to serve although the account of the url may do more than read. Without this, such a source serves nothing.'),
  connections: z.number().int().min(1).max(100).default(4).describe('The most connections at once.'),
  statementTimeoutMs: z
    .number()
    .int()
    .min(100)
    .max(3_600_000)
    .default(60_000)
    .describe('The database ends a statement that runs longer, in milliseconds.'),
  lockTimeoutMs: z
    .number()
    .int()
    .min(10)
    .max(3_600_000)
    .default(5000)
    .describe('The database gives up on a lock after this, in milliseconds.'),
}

/** The settings that decide who may read what. */
export interface AccessSettings {
  readonly datasets: Readonly<Record<string, DatasetEntry>>
  readonly defaultAccess: Access
}
