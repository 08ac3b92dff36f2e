import type { Sensitivity } from '../connector/column.js'
import { steeringCharacters } from '../connector/steering-characters.js'
import type { AgreedTable, Agreement } from './agreement.js'

/** What is known of a column beside its name. */
export interface ColumnFacts {
  readonly sensitivity?: Sensitivity | undefined
  readonly semanticType?: string | undefined
}

/** What a row of the register needs and an agreement does not say. What is not there is told as not recorded. */
export interface RegisterFacts {
  /** Labels of purposes, by their IRIs. */
  readonly purposes: ReadonlyMap<string, string>
  /** Names of organisations, by their ids. */
  readonly organisations: ReadonlyMap<string, string>
  /** The columns of tables, by the ids of the tables and by the names of the columns. */
  readonly columns: ReadonlyMap<string, ReadonlyMap<string, ColumnFacts>>
  /** Whom the public may ask about the agreement. */
  readonly contact?: string | undefined
}

/** What stands in a row of the register where something is not known. */
export const notRecorded = 'not recorded'

/** The columns of the register: the member of a row, and the name at its head. */
export const registerColumns = [
  ['agreement', 'Agreement'],
  ['title', 'Title'],
  ['purposes', 'Purposes'],
  ['legalPower', 'Legal power'],
  ['legalBases', 'Legal bases'],
  ['categories', 'Categories of personal data'],
  ['controllers', 'Controller of the data'],
  ['recipients', 'Recipients'],
  ['retention', 'Kept for'],
  ['from', 'From'],
  ['until', 'Until before'],
  ['contact', 'Contact'],
] as const

/** A row of the public register: texts for people. */
export type RegisterRow = Readonly<Record<(typeof registerColumns)[number][0], string>>

/**
 * What the public may know of an agreement. It has no names of columns, no row filter, no obligation and no value, since the literals of a
 * filter would tell what a table holds; of the personal data only their categories.
 */
export function registerRow(agreement: Agreement, facts: RegisterFacts): RegisterRow {
  const nameOf = (organisation: string) => told(facts.organisations.get(organisation)) ?? `${organisation} (name ${notRecorded})`
  return {
    agreement: `${agreement.id}, version ${agreement.version}`,
    title: told(agreement.title) ?? notRecorded,
    purposes: listed(agreement.purposes.map((iri) => told(facts.purposes.get(iri)) ?? `${iri} (label ${notRecorded})`)),
    legalPower: told(agreement.legalGateway) ?? notRecorded,
    legalBases: listed(agreement.legalBases.map(legalBasisText)),
    categories: listed(categoriesOf(agreement, facts)),
    controllers: nameOf(agreement.discloser),
    recipients: listed(agreement.recipients.map(nameOf)),
    retention:
      agreement.retentionDays === null ? notRecorded : `${agreement.retentionDays} ${agreement.retentionDays === 1 ? 'day' : 'days'}`,
    from: agreement.validFrom,
    until: agreement.validUntil,
    contact: told(facts.contact) ?? notRecorded,
  }
}

const termOfGdpr = /^https:\/\/w3id\.org\/dpv\/legal\/eu\/gdpr#A(\d+)-(\d+)-([a-z])(?:-([a-z-]+))?$/

/** A term of the Data Privacy Vocabulary as lawyers write it; any other IRI as it is. */
function legalBasisText(iri: string): string {
  const [, article, paragraph, letter, more] = termOfGdpr.exec(iri) ?? []
  if (article === undefined) return iri
  return `UK GDPR, Article ${article}(${paragraph})(${letter})${more === undefined ? '' : `: ${more.replaceAll('-', ' ')}`}`
}

/** Semantic types that say what is known of a person. Another one of a personal column is told as other personal data. */
const categories: ReadonlyMap<string, string> = new Map([
  ['PERSON_NAME', 'names'],
  ['DATE_OF_BIRTH', 'dates of birth'],
  ['NHS_NUMBER', 'NHS numbers'],
  ['NINO', 'National Insurance numbers'],
  ['EMAIL', 'email addresses'],
  ['PHONE', 'telephone numbers'],
  ['UPRN', 'addresses (UPRN)'],
  ['POSTCODE', 'postcodes'],
])

function categoriesOf({ kind, tables }: Agreement, facts: RegisterFacts): string[] {
  return tables.flatMap(({ table, columns }) => {
    if (columns.length === 0 && kind === 'RECEIPT') return ['those that the disclosure lets out']
    return columns.filter(isLetOut).flatMap(({ column }) => categoryOf(facts.columns.get(table)?.get(column)))
  })
}

/** A column without a use, or whose values are dropped, lets nothing out. */
const isLetOut = ({ uses, obligations }: AgreedTable['columns'][number]) =>
  uses.length > 0 && !obligations.some(({ type }) => type === 'drop')

function categoryOf({ sensitivity, semanticType = '' }: ColumnFacts = {}): string[] {
  switch (sensitivity) {
    case undefined:
      return [`${notRecorded} for some columns`]
    case 'NONE':
      return []
    case 'PERSONAL':
      return [categories.get(semanticType) ?? 'other personal data']
    case 'SPECIAL_CATEGORY':
      return ['special category data']
  }
}

/** Each once, in the order in which they come. */
const listed = (texts: readonly string[]) => (texts.length === 0 ? 'none' : [...new Set(texts)].join('; '))

/** Text on one line; undefined where there is none. */
function told(text: string | null | undefined): string | undefined {
  const line = (text ?? '').replaceAll(steering, ' ').trim()
  return line === '' ? undefined : line
}

const steering = new RegExp(`[${steeringCharacters}]+`, 'gu')

/** Text that begins so runs as a formula in a spreadsheet: the same beginnings as in downloads. */
const runs = /^[=+\-@\t\r\n＝＋－＠]/
/** Commas and quotes, line ends, and what separates cells where a comma is part of a number. */
const special = /[",;|\t\r\n]/

/** Rows of the register as CSV (RFC 4180), with a head. A cell that a spreadsheet would run as a formula begins with an apostrophe. */
export function registerCsv(rows: readonly RegisterRow[]): string {
  const cell = (text: string) => {
    const safe = runs.test(text) ? `'${text}` : text
    return special.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
  }
  const head = registerColumns.map(([, name]) => name)
  const lines = [head, ...rows.map((row) => registerColumns.map(([member]) => row[member]))]
  return lines.map((texts) => `${texts.map(cell).join(',')}\r\n`).join('')
}
