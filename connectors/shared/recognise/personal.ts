import type { ColumnDescription } from '../../../src/connector/column.js'

/** What is about a person whatever stands beside it. */
const always = new Set(['NHS_NUMBER', 'NINO', 'DATE_OF_BIRTH', 'PERSON_NAME'])
/** What is about a person in a table about people, and not in a list of libraries. */
const among = new Set(['UPRN', 'POSTCODE'])

/** A mailbox or a number that is a person's own: the part of the values for which it must hold, and the test in SQL. */
export const personalSigns: Readonly<Record<string, { more: number; test: (text: string) => string }>> = {
  EMAIL: {
    more: 0,
    test: (text) =>
      `(regexp_matches(lower(${text}), '^[a-z]+[._][a-z-]{2,}[0-9]*@|@(?:${webmail.join('|')})\\.') ` +
      `AND NOT regexp_matches(lower(${text}), '^[^@]*(?:${offices.join('|')})[^@]*@'))`,
  },
  PHONE: { more: 0.1, test: (text) => `regexp_matches(replace(${text}, ' ', ''), '^(?:\\+44\\(?0?\\)?|0)7[1-57-9]')` },
}

/** Where people have mailboxes of their own. */
const webmail = [
  'gmail', 'googlemail', 'hotmail', 'outlook', 'live', 'yahoo', 'icloud', 'aol', 'btinternet', 'sky', 'virginmedia', 'me', 'msn', 'protonmail',
]

/** Words that a mailbox of a place or an office holds. */
const offices = [
  'librar', 'school', 'academy', 'college', 'info', 'admin', 'office', 'contact', 'enquir', 'inquir', 'hello', 'mail', 'centre', 'center', 'community',
  'council', 'team', 'service', 'customer', 'support', 'help', 'desk', 'reception', 'club', 'church', 'trust', 'event', 'booking', 'press', 'media',
  'sales', 'account', 'finance', 'payment', 'invoice', 'nursery', 'surgery', 'clinic', 'museum', 'theatre', 'housing', 'planning', 'licens', 'parks',
]

/** Whether values of a semantic type may be a person's own, whatever stands beside them. */
export function pointsToPerson(semanticType: string): boolean {
  return always.has(semanticType) || Object.hasOwn(personalSigns, semanticType)
}

/** Marks the columns that point to a person. @param signs the part of a column's values that are a person's own, by position. */
export function markPersonal(columns: readonly ColumnDescription[], signs: ReadonlyMap<number, number>): ColumnDescription[] {
  const own = columns.map(({ semanticType = '' }, position) => {
    const sign = personalSigns[semanticType]
    return always.has(semanticType) || (sign !== undefined && (signs.get(position) ?? 0) > sign.more)
  })
  const people = own.includes(true)
  return columns.map((column, position) =>
    own[position] === true || (people && among.has(column.semanticType ?? '')) ? { ...column, sensitivity: 'PERSONAL' } : column,
  )
}
