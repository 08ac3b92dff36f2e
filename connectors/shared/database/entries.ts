import { z } from 'zod'
import { type Access, licenceSchema } from '../../../src/connector/catalogue.js'
import { sensitivities } from '../../../src/connector/column.js'

const columnEntrySchema = z.strictObject({
  title: z.string().min(1).max(500).optional(),
  description: z.string().max(10_000).optional().describe('In place of the comment on the column.'),
  unit: z.string().max(100).optional(),
  semanticType: z
    .string()
    .regex(/^[A-Z][A-Z0-9_]*$/)
    .max(60)
    .optional(),
  sensitivity: z.enum(sensitivities).optional().describe('Overrules what was recognised, in both directions.'),
})

const datasetEntrySchema = z.strictObject({
  title: z.string().min(1).max(1000).optional(),
  description: z.string().max(100_000).optional().describe('In place of the comment on the table.'),
  licence: licenceSchema.optional(),
  access: z.enum(['OPEN', 'SHARED', 'CLOSED']).optional().describe('In place of defaultAccess.'),
  sharedWith: z.array(z.string().max(200)).max(500).optional().describe('The organisations that a SHARED dataset answers to.'),
  listing: z.enum(['PUBLIC', 'PARTIES']).optional().describe('Who learns that it exists. Default: PUBLIC where it is OPEN, else PARTIES.'),
  themes: z.array(z.string().max(200)).max(200).optional(),
  keywords: z.array(z.string().max(200)).max(500).optional(),
  frequency: z.string().max(200).optional(),
  landingPage: z
    .url({ protocol: /^https?$/ })
    .max(2000)
    .optional(),
  columns: z.record(z.string().max(500), columnEntrySchema).optional().describe('By the column’s name in the database.'),
})
/** What a publisher says of one table, in the words of a folder's catalogue.yaml. */
export type DatasetEntry = z.infer<typeof datasetEntrySchema>

const pattern = z.string().min(1).max(200)

/** The settings that databases share. */
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
  defaultAccess: z
    .enum(['OPEN', 'SHARED', 'CLOSED'])
    .describe('Who may read a dataset for which `datasets` says nothing: everybody, the organisations named there, or nobody else.'),
  datasets: z.record(z.string().max(200), datasetEntrySchema).default({}).describe('By `schema.table`: what the database cannot say.'),
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

/** Those of them that say who may read what. */
export interface AccessSettings {
  readonly datasets: Readonly<Record<string, DatasetEntry>>
  readonly defaultAccess: Access
}
