import { z } from 'zod'
import { type Access, type DatasetDescription, type Listing, licenceSchema } from '../../src/connector/catalogue.js'
import { sensitivities } from '../../src/connector/column.js'

const accessSchema = z.enum(['OPEN', 'SHARED', 'CLOSED'])

/** The setting `defaultAccess`. @param where the name of the place that may set a dataset's own access, in words for an operator. */
export function defaultAccessSchema(where: string): typeof accessSchema {
  return accessSchema.describe(
    `Who may read a dataset for which ${where} says nothing: everybody, the organisations named there, or nobody else.`,
  )
}

/** What a publisher may say of a column, whichever kind of source has it. */
export const columnEntryFields = {
  title: z.string().min(1).max(500).optional(),
  description: z.string().max(10_000).optional(),
  unit: z.string().max(100).optional(),
  semanticType: z
    .string()
    .regex(/^[A-Z][A-Z0-9_]*$/)
    .max(60)
    .optional(),
  sensitivity: z.enum(sensitivities).optional().describe('Overrules what was recognised, in both directions.'),
}

/** What a publisher may say of a dataset, whichever kind of source has it. */
export const datasetEntryFields = {
  title: z.string().min(1).max(1000).optional(),
  description: z.string().max(100_000).optional(),
  licence: licenceSchema.optional(),
  access: accessSchema.optional().describe('In place of defaultAccess.'),
  sharedWith: z.array(z.string().max(200)).max(500).optional().describe('The organisations that a SHARED dataset answers to.'),
  listing: z.enum(['PUBLIC', 'PARTIES']).optional().describe('Who learns that it exists. Default: PUBLIC where it is OPEN, else PARTIES.'),
  themes: z.array(z.string().max(200)).max(200).optional(),
  keywords: z.array(z.string().max(200)).max(500).optional(),
  frequency: z.string().max(200).optional(),
  landingPage: z
    .url({ protocol: /^https?$/ })
    .max(2000)
    .optional(),
}

type DatasetFields = z.infer<z.ZodObject<typeof datasetEntryFields>>

/** Who learns that a dataset exists: as its entry says, else everybody if the dataset is OPEN. */
export function listingOf({ listing }: Pick<DatasetFields, 'listing'> = {}, access: Access): Listing {
  return listing ?? (access === 'OPEN' ? 'PUBLIC' : 'PARTIES')
}

/** The fields of a dataset's description that its entry gives directly. */
export function describedBy({
  themes = [],
  keywords = [],
  sharedWith = [],
  licence,
  frequency,
  landingPage,
}: DatasetFields): Pick<DatasetDescription, 'themes' | 'keywords' | 'sharedWith' | 'licence' | 'frequency' | 'landingPage'> {
  return {
    themes,
    keywords,
    sharedWith,
    ...(licence === undefined ? {} : { licence }),
    ...(frequency === undefined ? {} : { frequency }),
    ...(landingPage === undefined ? {} : { landingPage }),
  }
}
