import { noValues } from '../typing/lookalikes.js'

/** Marks that tables of official statistics write in place of a number (GSS shorthand, Eurostat flags, and what officers type). */
const marks = new Set([
  ...noValues,
  ...'bcefkprsuwxz:*~#'.split(''),
  'ns',
  'nk',
  'np',
  'nd',
  'low',
  'dna',
  'tba',
  'supp',
  'suppressed',
  'redacted',
  'withheld',
  'missing',
  'confidential',
  'disclosive',
  '**',
  '***',
  '::',
  '#n/a n/a',
])

const lengthMax = 20

/** The mark that a text is, as it stands; nothing where it is another text. A mark may be named in a message: it is no value of anybody. */
export function markOf(text: string): string | undefined {
  if (text.length > lengthMax) return undefined
  const plain = text.trim().toLowerCase()
  const inside = /^[[(](.*)[\])]$/.exec(plain)?.[1] ?? plain
  if (marks.has(plain) || marks.has(inside) || /^(?:[<>≤≥]|less than|fewer than|under|up to) ?\d{1,3}$/.test(inside)) return text.trim()
  return undefined
}
