import { literal } from '../../engine-sql.js'

/** Texts that many files write for a missing value, in lower case. They may also be real values, and so they make their column text. */
export const noValues = [
  '-',
  '--',
  '---',
  '\u2013',
  '\u2014',
  '.',
  '..',
  '...',
  '\u2026',
  '?',
  ':',
  '~',
  '#',
  '*',
  '**',
  '***',
  '^',
  'n/a',
  'n/a.',
  'n.a.',
  'n.a',
  'na',
  '<na>',
  '#n/a',
  'n/k',
  'n/r',
  'nr',
  'nk',
  '#value!',
  '#ref!',
  '#div/0!',
  '#num!',
  '#name?',
  '#null!',
  'nan',
  'nat',
  'null',
  '(null)',
  '<null>',
  '[null]',
  '\\n',
  'nil',
  'none',
  'not available',
  'data not available',
  'not applicable',
  'not known',
  'not recorded',
  'not provided',
  'unknown',
  'no data',
  'no value',
  'missing',
  'blank',
  '(blank)',
  'empty',
  'tbc',
  'tba',
  'tbd',
  'suppressed',
  'supp',
  'redacted',
  'withheld',
  'confidential',
  'disclosive',
  'low',
  'pending',
]

/**
 * What tables of official statistics also write in place of a number (GSS shorthand, Eurostat flags, and what officers type). In a workbook
 * they stand among cells that are numbers; in a text file they may be codes.
 */
const cellMarks: ReadonlySet<string> = new Set([...noValues, ...'bcefkprsuwxz', '::', 'ns', 'np', 'nd', 'dna', '#n/a n/a'])
const cellMarkLength = 20

/**
 * The mark that a cell's text is, as it is written; undefined for any other text. Messages may show it, because a mark is nobody's data.
 */
export function markOf(text: string): string | undefined {
  if (text.length > cellMarkLength) return undefined
  const plain = text.trim().toLowerCase()
  const inside = /^[[(](.*)[\])]$/.exec(plain)?.[1] ?? plain
  if (cellMarks.has(plain) || cellMarks.has(inside) || /^(?:[<>≤≥]|less than|fewer than|under|up to) ?\d{1,3}$/.test(inside))
    return text.trim()
  return undefined
}

/** Marks that are recognised by their form: [c], [low], (x), <5, ≤ 10, one to four signs. */
const shaped =
  '(?i)\\[[a-z]{1,12}\\]|\\([a-z]{1,2}\\)|[<>\\x{2264}\\x{2265}]=? ?[0-9]{1,3}|[*.^~#:?!$+\\x{2020}\\x{2021}\\x{2026}\\x{2013}\\x{2014}-]{1,4}'
/** A single letter may be a mark (c, z, x, S) or a code. It counts as a mark only if enough other values are numbers. */
const letter = '[A-Za-z]'

/** SQL: whether a value seems to stand for a missing value. */
export function isMark(value: string): string {
  return `(lower(${value}) IN (${noValues.map(literal).join(', ')}) OR regexp_full_match(${value}, ${literal(shaped)}))`
}

/** SQL: whether a value is one letter. */
export function isLetter(value: string): string {
  return `regexp_full_match(${value}, ${literal(letter)})`
}

/** Lists marks for a message. Their form is short and cannot be personal data. */
export function markList(marks: readonly string[], most = 5): string {
  const shown = marks.slice(0, most).map((mark) => mark.replace(/[\p{Cc}\p{Cf}]/gu, ' '))
  return shown.join(', ') + (marks.length > most ? ' …' : '')
}

/** SQL: an aggregate of a few values that meet a condition, for `marksOf`. */
export function someMarks(value: string, condition: string): string {
  return `CAST(to_json(approx_top_k(${value}, 6) FILTER (${condition})) AS VARCHAR)`
}

/** Reads the result of `someMarks`, in order. */
export function marksOf(json: unknown): string[] {
  return typeof json === 'string' ? (JSON.parse(json) as string[]).sort() : []
}
