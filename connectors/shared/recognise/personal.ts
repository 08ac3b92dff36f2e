import type { ColumnDescription } from '../../../src/connector/column.js'
import { givenNames } from './person-values.js'

/** Semantic types that are personal in any table. */
const always = new Set(['NHS_NUMBER', 'NINO', 'DATE_OF_BIRTH', 'PERSON_NAME'])
/** Semantic types that are personal in a table about people, but not in a list of libraries. */
const among = new Set(['UPRN', 'POSTCODE', 'EMAIL', 'PHONE'])

/** Tests for a mailbox or telephone number of a private person: SQL, and the share of the values for which it must hold. */
export const personalSigns: Readonly<Record<string, { more: number; test: (text: string) => string }>> = {
  EMAIL: {
    more: 0,
    test: (text) =>
      `(regexp_matches(lower(${text}), '^[a-z]+[._][a-z-]{2,}[0-9]*@|^(?:${givenNames.join('|')})(?:[0-9]{0,4}|[._-]?[a-z])@|@(?:${webmail.join('|')})\\.') ` +
      `AND NOT regexp_matches(lower(${text}), '^[^@]*(?:${offices.join('|')})[^@]*@'))`,
  },
  PHONE: {
    more: 0.1,
    test: (text) => `regexp_matches(replace(${text}, ' ', ''), '^(?:\\+44\\(?0?\\)?|0044|0)7[1-57-9]|^(?:44)?7[1-57-9][0-9]{8}$')`,
  },
}

/** Providers of private mailboxes. */
const webmail = [
  'gmail',
  'googlemail',
  'hotmail',
  'outlook',
  'live',
  'yahoo',
  'icloud',
  'aol',
  'btinternet',
  'sky',
  'virginmedia',
  'me',
  'msn',
  'protonmail',
]

/** Words in the mailboxes of places and offices. */
const offices = [
  'librar',
  'school',
  'academy',
  'college',
  'info',
  'admin',
  'office',
  'contact',
  'enquir',
  'inquir',
  'hello',
  'mail',
  'centre',
  'center',
  'community',
  'council',
  'team',
  'service',
  'customer',
  'support',
  'help',
  'desk',
  'reception',
  'club',
  'church',
  'trust',
  'event',
  'booking',
  'press',
  'media',
  'sales',
  'account',
  'finance',
  'payment',
  'invoice',
  'nursery',
  'surgery',
  'clinic',
  'museum',
  'theatre',
  'housing',
  'planning',
  'licens',
  'parks',
]

/** Whether values of a semantic type may belong to a private person in any table. */
export function pointsToPerson(semanticType: string): boolean {
  return always.has(semanticType) || Object.hasOwn(personalSigns, semanticType)
}

/** What was found out besides semantic types. */
export interface Evidence {
  /** The share of each column's values that belong to a private person, by position. */
  signs: Map<number, number>
  /** Columns of persons at work, which do not make it a table about people. */
  aside: Set<number>
}

/** Marks the columns that point to a person and, in a table about people, the columns that show where they live. */
export function markPersonal(columns: readonly ColumnDescription[], { signs, aside }: Evidence): ColumnDescription[] {
  const own = columns.map(({ semanticType = '' }, position) => {
    const sign = personalSigns[semanticType]
    return (
      always.has(semanticType) ||
      isPrivate(columns[position] as ColumnDescription) ||
      (sign !== undefined && (signs.get(position) ?? 0) > sign.more)
    )
  })
  const people = own.some((is, position) => is && !aside.has(position))
  return columns.map((column, position) => {
    const isTheirs = people && (among.has(column.semanticType ?? '') || (column.type === 'STRING' && isHomeAddress(column.name)))
    return own[position] === true || isTheirs ? { ...column, sensitivity: 'PERSONAL' } : column
  })
}

const personWords =
  'applicant|complainant|tenant|resident|customer|client|claimant|patient|pupil|student|child|parent|carer|licensee|licen[cs]eholder|driver|victim|witness|objector|employee|volunteer|nextofkin'
const privateAddress = new RegExp(
  `(?:home|private|personal|${personWords})s?(?:home|postal|full|current|contact)?addr(?:ess)?(?:line)?\\d*$`,
)
const privatePhone = /home|personal|private|evening|nextofkin|emergency/

/** Whether a header says that an address or telephone number is private. */
function isPrivate({ name, type, semanticType }: ColumnDescription): boolean {
  const letters = lettersOf(name)
  return (type === 'STRING' && privateAddress.test(letters)) || (semanticType === 'PHONE' && privatePhone.test(letters))
}

const lettersOf = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, '')

/** Whether a header names an address that is not that of a workplace or a site. */
function isHomeAddress(name: string): boolean {
  const letters = lettersOf(name)
  const isAddress =
    /address(?:line)?\d*(?:line\d*)?$|^addr(?:ess)?(?:line)?\d*$|^(?:house|flat)(?:no|num|number|name)$|whereliving$|residence$/.test(
      letters,
    )
  return (
    isAddress &&
    !/email|mail|web|site|premises|business|office|school|company|venue|trading|location|agent|employer|library|station|ipaddress/.test(
      letters,
    )
  )
}
