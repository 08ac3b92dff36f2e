import { hash } from 'node:crypto'
import { type CatalogueEvent, catalogueEventSchema, type DatasetDescription } from '../connector/catalogue.js'
import { checkForm, type Fault, faultText } from '../connector/check-form.js'
import { keepWebUrls } from './keep-web-urls.js'
import { withoutShadows } from '../connector/may-read.js'

/** What a source reports at its end: `complete` of the connector contract. */
export type Completion = Omit<Extract<CatalogueEvent, { kind: 'complete' }>, 'kind'>

/** A dataset from the source, with a digest that shows whether it changed. */
export interface Shown {
  readonly description: DatasetDescription
  /** SHA-256 of its JSON, hexadecimal. */
  readonly hash: string
  readonly bytes: number
}

/** A record that could not be read. Without `sourceId` it might be any dataset. */
export interface Problem {
  readonly sourceId: string | undefined
  readonly message: string
  /** Whether everybody may read it. */
  readonly listed: boolean
}

/** A checked event of a source. */
export type Judged =
  | { kind: 'shown'; shown: Shown; problems: readonly Problem[] }
  | { kind: 'problem'; problem: Problem }
  | { kind: 'removed'; sourceId: string }
  | { kind: 'complete'; completion: Completion }

/**
 * Checks an event against the connector contract; an event that breaks it becomes a problem with the reason. Beyond the schema it checks:
 * unique names, a scale for each DECIMAL and for nothing else, no NUL characters (PostgreSQL cannot store them), and a bounded size. A URL
 * that is not of the web is left out, and is a problem beside its dataset.
 * @param recordBytesMax of one dataset's description, as JSON.
 */
export function judgeEvent(event: unknown, recordBytesMax: number): Judged {
  const kept = keepWebUrls(event)
  const checked = checkForm(catalogueEventSchema, kept.event)
  if ('faults' in checked) return problem(sourceIdOf(event), `It breaks the connector contract: ${reasons(checked.faults)}`)
  const told = checked.value
  if (told.kind === 'problem') return problem(told.sourceId, told.message, told.listing === 'PUBLIC')
  if (told.kind === 'removed') return told
  if (told.kind === 'complete') return { kind: 'complete', completion: told }

  const description = withoutShadows(told.dataset)
  // The text is canonical, because zod returns the keys in the order of its schema.
  const text = JSON.stringify(description)
  const bytes = Buffer.byteLength(text)
  const fault = bytes > recordBytesMax ? `its description is over ${recordBytesMax / 1024} KiB` : faultOf(description, text)
  if (fault !== undefined) return problem(description.id, `It breaks the connector contract: ${fault}`)
  const problems = kept.leftOut.length === 0 ? [] : [problemOf(description.id, `${kept.leftOut.slice(0, 20).join(', ')} ${urlFault}`)]
  return { kind: 'shown', shown: { description, bytes, hash: hash('sha256', text) }, problems }
}

function faultOf({ distributions, tables }: DatasetDescription, text: string): string | undefined {
  // In JSON a NUL is \u0000 after an even number of backslashes. The cheap test comes first.
  if (text.includes('\\u0000') && /(?<!\\)(?:\\\\)*\\u0000/.test(text)) return 'a text holds a NUL character'
  const twice = firstTwice(distributions.map(({ id }) => id)) ?? firstTwice(tables.map(({ id }) => id))
  if (twice !== undefined) return `two of its parts have the id ${twice}`
  for (const { id, columns, primaryKey = [], foreignKeys = [] } of tables) {
    const name = firstTwice(columns.map((column) => column.name))
    if (name !== undefined) return `table ${id} has two columns named ${JSON.stringify(name)}`
    const known = new Set(columns.map((column) => column.name))
    if ([...primaryKey, ...foreignKeys.flatMap((key) => key.columns)].some((column) => !known.has(column)))
      return `table ${id} has a key of a column that it does not have`
    if (foreignKeys.some((key) => key.columns.length !== key.references.length))
      return `table ${id} has a foreign key of more columns on one side than on the other`
    const scaled = columns.find(({ type, scale }) => (type === 'DECIMAL') !== (scale !== undefined))
    if (scaled !== undefined) return `column ${JSON.stringify(scaled.name)} of table ${id}: a DECIMAL has a scale, and nothing else has`
  }
  return undefined
}

function firstTwice(names: readonly string[]): string | undefined {
  const seen = new Set<string>()
  return names.find((name) => seen.size === seen.add(name).size)
}

/** The id of the dataset that an invalid event is about, if it names one. */
function sourceIdOf(event: unknown): string | undefined {
  const claimed = event as { sourceId?: unknown; dataset?: { id?: unknown } | null } | null | undefined
  const id = claimed?.dataset?.id ?? claimed?.sourceId
  return typeof id === 'string' && id !== '' && id.length <= 500 ? id : undefined
}

function reasons(faults: readonly Fault[]): string {
  return faults
    .slice(0, 5)
    .map((fault) => faultText(fault, 'the event'))
    .join('; ')
}

const urlFault = 'left out: not a URL of http or https, or with a password or control characters in it.'

function problem(sourceId: string | undefined, message: string, listed = false): Judged {
  return { kind: 'problem', problem: problemOf(sourceId, message, listed) }
}

/** Removes NULs and bounds the length, so that a problem can always be stored. */
function problemOf(sourceId: string | undefined, message: string, listed = false): Problem {
  const clean = (text: string, lengthMax: number) => text.replaceAll('\0', '').slice(0, lengthMax)
  return { sourceId: sourceId === undefined ? undefined : clean(sourceId, 500), message: clean(message, 2000), listed }
}
