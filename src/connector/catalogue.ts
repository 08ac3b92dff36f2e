import { z } from 'zod'
import { columnSchema } from './column.js'
import { slugForm } from './identifier-forms.js'

/** A part of an identifier: lower-case words joined by hyphens, made from the source's own stable key. */
export const slugSchema = z.string().regex(slugForm, 'must be lower-case letters, digits and single hyphens: polling-stations').max(120)

const dateTime = z.iso.datetime({ offset: true })

/** dct:license, as its publisher names it. */
export const licenceSchema = z.strictObject({
  id: z.string().max(200).optional(),
  title: z.string().max(500),
  url: z
    .url({ protocol: /^https?$/ })
    .max(2000)
    .optional(),
})

/** DCAT 3 Distribution: https://www.w3.org/TR/vocab-dcat-3/#Class:Distribution */
export const distributionSchema = z.strictObject({
  /** Unique in its dataset. */
  id: slugSchema,
  title: z.string().max(500).optional(),
  /** Lower-case short name: csv, geojson, xlsx … */
  format: z.string().max(100).optional(),
  mediaType: z.string().max(200).optional(),
  accessUrl: z.string().max(2000).optional(),
  downloadUrl: z.string().max(2000).optional(),
  /** Bytes. */
  byteSize: z.number().int().min(0).optional(),
  /** Lower-case hexadecimal SHA-256 of the content. */
  checksum: z.string().max(200).optional(),
  modified: dateTime.optional(),
})

const keyColumns = z.array(z.string().min(1).max(500)).min(1).max(100)

/** Columns whose values stand in another table of the same source (CSVW: foreign key). */
export const foreignKeySchema = z.strictObject({
  columns: keyColumns,
  /** That table, as `dataset/table`. */
  table: z.string().max(250),
  /** Its columns, in the same order. */
  references: keyColumns,
})

/** The tabular content of a dataset. */
export const tableSchema = z.strictObject({
  /** Unique in its dataset. */
  id: slugSchema,
  name: z.string().min(1).max(500),
  title: z.string().min(1).max(500),
  columns: z.array(columnSchema).max(5000),
  /** The columns that identify a row, where the source declares them. */
  primaryKey: keyColumns.optional(),
  foreignKeys: z.array(foreignKeySchema).max(500).optional(),
  rowCount: z.number().int().min(0).optional(),
  /** Changes whenever the content does. Absent where the source cannot say. */
  version: z.string().max(200).optional(),
  /** What could not be read or decided, in words for people. */
  problems: z.array(z.string().max(2000)).max(1000),
})

/** DCAT 3 Dataset, with its tables as queries need them: https://www.w3.org/TR/vocab-dcat-3/#Class:Dataset */
export const datasetSchema = z.strictObject({
  /** Unique in its source: `polling-stations`. */
  id: slugSchema,
  title: z.string().min(1).max(1000),
  description: z.string().max(100_000).optional(),
  licence: licenceSchema.optional(),
  themes: z.array(z.string().max(200)).max(200),
  keywords: z.array(z.string().max(200)).max(500),
  access: z.enum(['OPEN', 'SHARED', 'CLOSED']),
  /** The ids of the organisations that may read a SHARED dataset. */
  sharedWith: z.array(z.string().max(200)).max(500),
  /** Who may see that the dataset exists: everybody, or only the organisations that may read it. */
  listing: z.enum(['PUBLIC', 'PARTIES']),
  /** Whether its own organisation may read its columns that identify people. Only a spoke process says so. Default false. */
  ownerReadsPersonal: z.boolean().optional(),
  issued: dateTime.optional(),
  modified: dateTime.optional(),
  frequency: z.string().max(200).optional(),
  landingPage: z.string().max(2000).optional(),
  distributions: z.array(distributionSchema).max(1000),
  tables: z.array(tableSchema).max(1000),
})

/**
 * One event of a harvest. `complete` comes last, and only when the source was read to its end. A record that cannot be read is reported as
 * a `problem`, so that it is not mistaken for a removed one.
 *
 * Without a cursor the source reports every dataset that it holds, and datasets that it does not report are gone. With the cursor of an
 * earlier `complete` it may report only what has changed since then, and only datasets named in `removed` are gone.
 */
export const catalogueEventSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('dataset'), dataset: datasetSchema }),
  z.strictObject({
    kind: z.literal('problem'),
    sourceId: z.string().max(500),
    message: z.string().max(2000),
    /** Who may see the problem: PUBLIC where everybody could have seen the record in the catalogue. Default PARTIES. */
    listing: z.enum(['PUBLIC', 'PARTIES']).optional(),
  }),
  /**
   * The source reports that it no longer holds this dataset. Applied when the crawl completes, unless the crawl also reports the dataset.
   */
  z.strictObject({ kind: z.literal('removed'), sourceId: slugSchema }),
  z.strictObject({
    kind: z.literal('complete'),
    /** Passed to the next harvest. */
    cursor: z.string().max(2000).optional(),
    /** True where the source had a cursor and still reported everything. Default false. */
    whole: z.boolean().optional(),
    /** How many datasets the source claims to hold. A crawl of everything that reports fewer is not complete. */
    total: z.number().int().min(0).optional(),
  }),
])

/** The licence of a dataset. */
export type Licence = z.infer<typeof licenceSchema>
/** A reference from columns of one table to columns of another. */
export type ForeignKey = z.infer<typeof foreignKeySchema>
/** A distribution as a source describes it. */
export type DistributionDescription = z.infer<typeof distributionSchema>
/** A table as a source describes it. */
export type TableDescription = z.infer<typeof tableSchema>
/** A dataset as a source describes it. */
export type DatasetDescription = z.infer<typeof datasetSchema>
/** One event of a harvest. */
export type CatalogueEvent = z.infer<typeof catalogueEventSchema>
/** OPEN: anybody may query it. SHARED: the organisations in `sharedWith` may. CLOSED: it needs an agreement. */
export type Access = DatasetDescription['access']
/** Who may see that something exists: everybody, or only the organisations that may read it. */
export type Listing = DatasetDescription['listing']
