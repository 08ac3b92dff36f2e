import { z } from 'zod'
import { didYouMean, nearNames } from './near-names.js'

/** Kinds of values, as sentences have them. */
const kinds: Readonly<Record<string, string>> = {
  object: 'an object',
  record: 'an object',
  array: 'a list',
  tuple: 'a list',
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  null: 'null',
}
/** The forms of texts that have a name. */
const formats: Readonly<Record<string, string>> = {
  url: 'a web address: https://data.example/libraries',
  datetime: 'a moment: 2026-01-31T10:00:00Z',
  date: 'a day: 2026-01-31',
}
/** The most characters of a name, and the most values, that an error repeats. */
const [shownMax, valuesMax] = [100, 30]

/** What is wrong with a value, and the names that may be meant. */
export interface IssueText {
  /** Words that follow the place: `is none of INNER, LEFT, ANTI`. No full stop at the end. */
  readonly text: string
  readonly suggestions: readonly string[]
}

/**
 * An issue of a schema in plain English: what was expected, what was found, and how to mend it. It repeats no value, since that may be a
 * secret; only names of keys. A schema's own messages come before it, so they are written to follow a place too.
 */
export function issueText(issue: z.core.$ZodRawIssue): IssueText {
  switch (issue.code) {
    case 'unrecognized_keys':
      return unknownKey(issue.keys, issue.schema)
    case 'invalid_value':
      return noneOf(issue.values.map(String), issue.input)
    case 'invalid_type':
      return plain(wrongType(kinds[issue.expected] ?? 'something else', issue.input))
    case 'invalid_union':
      return union(issue)
    default:
      return plain(otherText(issue))
  }
}

const plain = (text: string): IssueText => ({ text, suggestions: [] })

function otherText(
  issue: Exclude<z.core.$ZodRawIssue, { code: 'unrecognized_keys' | 'invalid_value' | 'invalid_type' | 'invalid_union' }>,
) {
  switch (issue.code) {
    case 'too_big':
      if (issue.exact === true) return `must have exactly ${amount(issue.maximum, issue.origin)}`
      if (isCounted(issue.origin)) return `has more than ${amount(issue.maximum, issue.origin)}`
      return issue.inclusive === false ? `must be less than ${issue.maximum}` : `is over ${issue.maximum}`
    case 'too_small':
      if (issue.exact === true) return `must have exactly ${amount(issue.minimum, issue.origin)}`
      if (isCounted(issue.origin)) return issue.minimum === 1 ? 'is empty' : `has fewer than ${amount(issue.minimum, issue.origin)}`
      return issue.inclusive === false ? `must be more than ${issue.minimum}` : `is below ${issue.minimum}`
    case 'invalid_format':
      return formats[issue.format] === undefined ? formText(issue) : `must be ${formats[issue.format]}`
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`
    case 'invalid_key':
      return `is no name that may stand here: it ${issue.issues[0]?.message ?? 'is wrong'}`
    case 'invalid_element':
      return `holds something that ${issue.issues[0]?.message ?? 'is wrong'}`
    case 'custom':
      return 'is not as it should be'
  }
}

function unknownKey(keys: readonly string[], schema: z.core.$ZodType | undefined): IssueText {
  const known = schema instanceof z.ZodObject ? Object.keys(schema.shape as object) : []
  const [first = ''] = keys
  const suggestions = nearNames(first, known)
  return { text: `has no key '${first.slice(0, shownMax)}'${question(suggestions)}`, suggestions }
}

function noneOf(values: readonly string[], found: unknown): IssueText {
  if (found === undefined) return plain(`is missing: give one of ${listed(values)}`)
  const suggestions = typeof found === 'string' ? nearNames(found, values) : []
  const text = values.length === 1 ? `must be ${values[0]}` : `is none of ${listed(values)}`
  return { text: `${text}${question(suggestions)}`, suggestions }
}

/** The end of a clause: `. Did you mean 'limit'?` Empty where nothing is near. */
const question = (suggestions: readonly string[]) => (suggestions.length === 0 ? '' : `.${didYouMean(suggestions)}`)

const listed = (values: readonly string[]) =>
  values.length <= valuesMax ? values.join(', ') : `${values.slice(0, valuesMax).join(', ')} and ${values.length - valuesMax} others`

function wrongType(expected: string, found: unknown): string {
  if (found === undefined) return `is missing: give ${expected}`
  return `must be ${expected}, and is ${kindOf(found)}${quotationMend(expected, found)}`
}

function quotationMend(expected: string, found: unknown): string {
  if (expected === kinds['string'] && ['number', 'boolean', 'bigint'].includes(typeof found)) return ': put it in quotation marks'
  const form = { [kinds['number'] as string]: numeral, [kinds['int'] as string]: numeral, [kinds['boolean'] as string]: /^(true|false)$/ }[
    expected
  ]
  return typeof found === 'string' && form?.test(found) === true ? ': write it without quotation marks' : ''
}

const numeral = /^-?\d{1,15}(\.\d{1,15})?$/

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (Number.isNaN(value)) return 'not a number'
  return kinds[Array.isArray(value) ? 'array' : typeof value] ?? 'something else'
}

const optionsOf = (issue: object) => ((issue as { options?: readonly unknown[] }).options ?? []).map(String)

/** Of several forms that a value may have, the one that it is nearest to; else all of them. */
function union({ errors, input, ...issue }: Extract<z.core.$ZodRawIssue, { code: 'invalid_union' }>): IssueText {
  const firsts = errors.flatMap(([first]) => (first === undefined ? [] : [first]))
  const isOther = ({ code, path }: z.core.$ZodIssue) => path.length === 0 && (code === 'invalid_type' || code === 'invalid_value')
  const near = firsts.find((first) => !isOther(first))
  if (near !== undefined && near.path.length === 0) return plain(near.message)
  if (near !== undefined) return plain(`is wrong: its ${pathText(near.path)} ${near.message}`)
  if (firsts.length === 0) return noneOf(optionsOf(issue), (input as Record<string, unknown>)[String(issue.discriminator)])
  const forms = firsts.flatMap((first) =>
    first.code === 'invalid_type'
      ? [kinds[first.expected] ?? 'something else']
      : first.code === 'invalid_value'
        ? first.values.map(String)
        : [],
  )
  return plain(wrongType([...new Set(forms)].join(' or '), input))
}

function formText({ format, ...issue }: Extract<z.core.$ZodRawIssue, { code: 'invalid_format' }>): string {
  const { prefix, suffix, includes, pattern } = issue as Partial<Record<'prefix' | 'suffix' | 'includes' | 'pattern', string>>
  if (prefix !== undefined) return `must begin with ${prefix}`
  if (suffix !== undefined) return `must end with ${suffix}`
  if (includes !== undefined) return `must hold ${includes}`
  return format === 'regex' && pattern !== undefined ? `has not the form ${pattern}` : `has not the form of ${format}`
}

const units: Readonly<Record<string, string>> = { string: 'characters', file: 'bytes' }
const isCounted = (origin: string) => !['number', 'int', 'bigint', 'date'].includes(origin)

function amount(count: number | bigint, origin: string): string {
  const unit = units[origin] ?? 'entries'
  return `${count} ${count === 1 ? unit.replace(/(ie)?s$/, (ending) => (ending === 'ies' ? 'y' : '')) : unit}`
}

/** The words as a sentence, which a question ends itself. */
export const sentence = (text: string) => (text.endsWith('?') ? text : `${text}.`)

/** A place as people write it: `spokes[0].config.folder`. @param base where the path begins. */
export function pathText(path: readonly PropertyKey[], base = ''): string {
  return path.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : `${text === '' ? '' : `${text}.`}${String(part)}`),
    base,
  )
}
