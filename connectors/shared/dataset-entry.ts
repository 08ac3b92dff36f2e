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
  title: z.string().min(1).max(500).optional().describe('Its name for people. Default: its published name.'),
  description: z.string().max(10_000).optional().describe('What its values say, and what people should know of them.'),
  unit: z.string().max(100).optional().describe('What its numbers count or measure: hours, £ a week.'),
  semanticType: z
    .string()
    .regex(/^[A-Z][A-Z0-9_]*$/, 'must be capital letters, digits and underscores: UPRN')
    .max(60)
    .optional()
    .describe('What its values are: UPRN, POSTCODE, LSOA … In place of what was recognised.'),
  sensitivity: z
    .enum(sensitivities)
    .optional()
    .describe('Whether it points to a person: NONE, PERSONAL or SPECIAL_CATEGORY. Overrules what was recognised, in both directions.'),
}

/** What a publisher may say of a dataset, whichever kind of source has it. */
export const datasetEntryFields = {
  title: z.string().min(1).max(1000).optional().describe('Its name for people. Default: made from its id.'),
  description: z.string().max(100_000).optional().describe('What it is about, for who looks for data.'),
  licence: licenceSchema
    .optional()
    .describe('What others may do with it: `title`, such as Open Government Licence v3.0, and, where it has them, `id` and `url`.'),
  access: accessSchema
    .optional()
    .describe('Who may read it: OPEN (everybody), SHARED (the organisations of sharedWith) or CLOSED. Default: defaultAccess.'),
  sharedWith: z
    .array(z.string().max(200))
    .max(500)
    .optional()
    .describe('The ids of the organisations that may read it where it is SHARED.'),
  listing: z
    .enum(['PUBLIC', 'PARTIES'])
    .optional()
    .describe(
      'Who learns that it exists: PUBLIC (everybody) or PARTIES (who may read it). Default: PUBLIC where it is OPEN, else PARTIES.',
    ),
  themes: z.array(z.string().max(200)).max(200).optional().describe('Themes, in any vocabulary: Transport, Housing.'),
  keywords: z.array(z.string().max(200)).max(500).optional().describe('Words by which people look for it.'),
  frequency: z.string().max(200).optional().describe('How often it changes: quarterly.'),
  landingPage: z
    .url({ protocol: /^https?$/ })
    .max(2000)
    .optional()
    .describe('The address of a page about it.'),
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
