import { type Document, isDocument, type LineCounter } from 'yaml'
import { z } from 'zod'
import { slugSchema } from '../../../src/connector/catalogue.js'
import { checkForm, type Fault } from '../../../src/connector/check-form.js'
import { columnTypes } from '../../../src/connector/column.js'
import { pathText, sentence } from '../../../src/connector/issue-text.js'
import { offsetOf } from '../../../src/connector/yaml-place.js'
import { SourceUnavailable } from '../../../src/errors.js'
import { columnEntryFields, datasetEntryFields } from '../../shared/dataset-entry.js'
import { HeldFile } from '../../shared/held-file.js'
import { slugOf } from '../../shared/slug.js'
import { leaveOutKeys } from './leave-out-keys.js'
import { parseYaml } from './parse-yaml.js'

/** The file in which a publisher describes the datasets of a folder. */
export const catalogueFileName = 'catalogue.yaml'
const bytesMax = 4 * 1024 * 1024
/** The most datasets, and the most files of them: twice the data files that a folder may hold. */
const entriesMax = 10_000

/** A day or a moment. A day means its midnight in UTC. */
const moment = z.union([z.iso.datetime({ offset: true }), z.iso.date().transform((day) => `${day}T00:00:00Z`)])

const columnEntrySchema = z.strictObject({
  ...columnEntryFields,
  type: z.enum(columnTypes).optional().describe('What its values are, where a text does not say so by itself: INT64, DECIMAL, DATE …'),
})
/** What catalogue.yaml says of a column. */
export type ColumnEntry = z.infer<typeof columnEntrySchema>

const datasetEntrySchema = z.strictObject({
  ...datasetEntryFields,
  issued: moment.optional().describe('When it was first published: 2024-05-01, or 2024-05-01T10:00:00+01:00.'),
  modified: moment.optional().describe('When it last changed. Default: when its newest file did.'),
  files: z
    .array(
      z
        .string()
        .min(1)
        .max(255)
        .regex(/^[^/\\]+$/, 'must be the name of a file of the folder, without a path'),
    )
    .min(1)
    .max(1000)
    .optional()
    .describe('The names of its files. Default: those whose name without the ending gives its id.'),
  totals: z
    .enum(['SET_ASIDE', 'KEEP'])
    .optional()
    .describe(
      'What becomes of rows that are certainly totals of the others: SET_ASIDE, so that no sum counts them twice, or KEEP. Default: SET_ASIDE.',
    ),
  columns: z
    .record(z.string().max(500), columnEntrySchema)
    .optional()
    .describe('What is said of its columns, by their published names, for every table of the dataset.'),
})
/** What catalogue.yaml says of a dataset. */
export type DatasetEntry = z.infer<typeof datasetEntrySchema>

/** catalogue.yaml as it is written. docs/catalogue-yaml.md has every key of it, which a test checks. */
export const catalogueFileSchema = z.strictObject({
  datasets: z
    .record(
      slugSchema,
      datasetEntrySchema.nullable().transform((entry) => entry ?? {}),
    )
    .nullish()
    .transform((datasets) => datasets ?? {})
    .describe('The datasets of the folder, by their ids.'),
})
/** The content of catalogue.yaml. */
export type CatalogueFile = z.infer<typeof catalogueFileSchema> & {
  /** The file is missing or empty, which differs from a file that lists no datasets. */
  isAbsent: boolean
  /** A problem for each key that is not read. */
  leftOut?: readonly string[]
}

/**
 * Reads a folder's `catalogue.yaml`. A missing or empty file describes nothing.
 * @param folder its real path.
 * @throws SourceUnavailable if the file is invalid: access is then unknown, so nothing of the folder may be served. The message names the
 * line, the column and the fix.
 */
export async function readCatalogueFile(folder: string): Promise<CatalogueFile> {
  const text = await textIn(folder)
  if (text === undefined) return { datasets: {}, isAbsent: true }
  const { lines, found: document } = await parseYaml(text)
  if (!isDocument(document)) throw broken(at(lines, document.offset), document.message)
  let content: unknown
  try {
    content = document.toJS({ maxAliasCount: 100 })
  } catch (cause) {
    throw broken('its aliases', 'write the values out', cause)
  }
  const listed = (content as { datasets?: object } | null)?.datasets
  if (Object.keys(listed ?? {}).length > entriesMax) throw tooMany('datasets')
  const { datasets, leftOut } = understood(content, document, lines)
  if (Object.values(datasets).reduce((sum, { files = [] }) => sum + files.length, 0) > entriesMax) throw tooMany('files')
  return { datasets, leftOut, isAbsent: content === undefined || content === null }
}

/** What the content says, without the keys that may be left out. Throws where another part is wrong. */
function understood(content: unknown, document: Document, lines: LineCounter): { datasets: CatalogueFile['datasets']; leftOut: string[] } {
  const placeOf = (path: readonly PropertyKey[], key: readonly string[] = []) =>
    `${at(lines, offsetOf(document, [...path, ...key]))} (${pathText(path) || 'the whole'})`
  const first = checkForm(catalogueFileSchema, content ?? {})
  if ('value' in first) return { ...first.value, leftOut: [] }
  const lenient = structuredClone(content)
  const left = leaveOutKeys(lenient, first.faults)
  const second = left === undefined ? first : checkForm(catalogueFileSchema, lenient)
  if (left !== undefined && 'value' in second)
    return { ...second.value, leftOut: left.map(({ path, message }) => `${catalogueFileName}, ${placeOf(path)}: ${message}`) }
  const [fault] = 'value' in second ? first.faults : second.faults
  throw broken(placeOf(fault.path, fault.code === 'unrecognized_keys' ? fault.keys.slice(0, 1) : []), mendOf(fault, content))
}

/** The file's text; undefined if there is none. It is opened as any file of the folder is, and never waited for. */
async function textIn(folder: string): Promise<string | undefined> {
  const held = await HeldFile.open(folder, catalogueFileName).catch((cause: unknown) => {
    throw broken('it cannot be read', 'give this process the right to read it', cause)
  })
  if (held === 'absent') return undefined
  if (held === 'elsewhere') throw broken('it is a link that leads out of the folder, or nowhere', 'put the file itself here')
  if (held === 'no file') throw broken('it is no regular file', 'put a file here')
  try {
    if (held.bytes > bytesMax) throw broken('it is larger than 4 MiB', 'split the folder')
    return await held.text()
  } finally {
    await held.close()
  }
}

function mendOf({ code, path, message, suggestions }: Fault, content: unknown): string {
  if (path.length === 0 && typeof content !== 'object')
    return 'it is no list of names and values; write datasets: first, and save the file as UTF-8'
  if (code === 'unrecognized_keys' && path.length === 0 && suggestions.length === 0)
    return `${message}: datasets stand under "datasets", by their ids`
  if (code === 'invalid_key' && path[0] === 'datasets') {
    return `a dataset's id has small letters, digits and hyphens only, such as ${slugOf(String(path.at(-1)))}; a file with its ending goes under "files" of an entry`
  }
  return message
}

function at(lines: LineCounter, offset: number): string {
  const { line, col } = lines.linePos(offset)
  return `line ${line}, column ${col}`
}

function tooMany(what: string): SourceUnavailable {
  return broken('datasets', `it names more than ${entriesMax} ${what}; take out those that are gone, or split the folder`)
}

function broken(place: string, mend: string, cause?: unknown): SourceUnavailable {
  return new SourceUnavailable(`${catalogueFileName}, ${place}: ${sentence(mend)} Until it is mended, nothing of this folder is served.`, {
    cause,
  })
}
