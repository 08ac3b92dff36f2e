import type { Shape } from '../../connector/column.js'
import { acceptsShape } from '../../connector/normalisation.js'
import type { Normalisation } from '../../connector/relation.js'
import { decimalText } from './decimal-text.js'
import { timestampText } from './timestamp-text.js'
import { decimalScale, quote } from './type.js'

/**
 * The SQL of the canonical key of a value, of the shape `normalisedShape(as)`: two values are the same thing where their keys are equal. The
 * key is NULL where the value is NULL or no such thing. `sql` is repeated, so it should be short. Throws for a shape that is not accepted.
 */
export function normaliseSql(as: Normalisation, sql: string, from: Shape): string {
  if (!acceptsShape(as, from)) throw new RangeError(`${from.type} is not compared as ${as}`)
  switch (as) {
    case 'TEXT':
      return textKey(sql, from)
    case 'UPRN':
      return uprnKey(sql, from)
    case 'POSTCODE':
      return postcodeKey(sql)
    case 'NUMBER':
      return numberKey(sql, from)
  }
}

// Patterns are RE2's. They name ASCII letters in both cases: ignoring case would fold the Kelvin sign to K and the long s to S.

/** Every blank of Unicode, and the invisible ones that are copied along with text. */
const blank = '[\\t-\\r\\x{85}\\p{Z}\\x{200b}\\x{2060}\\x{feff}]'

/** The whole text, with blanks around it. */
const amidBlanks = (pattern: string) => quote(`^${blank}*${pattern}${blank}*$`)

/** The value's text as the graph writes it; a text trimmed and in NFC. */
function textKey(sql: string, from: Shape): string {
  switch (from.type) {
    case 'STRING':
      return trimmedNfc(sql)
    case 'DECIMAL':
      return decimalText(sql, decimalScale(from))
    case 'DOUBLE':
      return `CASE WHEN ${isWhole(sql)} THEN ${wholeText(sql)} ELSE ${shortestText(sql)} END`
    case 'TIMESTAMP':
    case 'TIMESTAMPTZ':
      return timestampText(sql, from.type)
    default:
      return `CAST(${sql} AS VARCHAR)`
  }
}

/**
 * Most texts are as they should be, which a pattern sees in a fraction of the time: below U+0300 every text is in NFC. A text with a zero
 * character stays unnormalised, because `nfc_normalize` would cut it there.
 */
function trimmedNfc(sql: string): string {
  const end = '[!-~\\x{a1}-\\x{2ff}]'
  const trimmed = `regexp_replace(${sql}, ${quote(`^${blank}+|${blank}+$`)}, '', 'g')`
  return (
    `CASE WHEN regexp_full_match(${sql}, ${quote(`${end}(?:[\\x{0}-\\x{2ff}]*${end})?`)}) THEN ${sql}` +
    ` WHEN contains(${sql}, chr(0)) THEN ${trimmed} ELSE nfc_normalize(${trimmed}) END`
  )
}

/**
 * 1 to 12 digits. A number is read from its text too: a DOUBLE's text ends in `.0` exactly where it is whole (below 1e16), and its other
 * forms are damage anyway. Seven zeros at the end are what a spreadsheet leaves of `1.00E+11`, or a blanked value.
 */
function uprnKey(sql: string, from: Shape): string {
  const digits = `regexp_extract(CAST(${sql} AS VARCHAR), ${amidBlanks('([0-9]{1,12})(?:\\.0*)?')}, 1)`
  const number = from.type === 'INT64' ? sql : `CAST(nullif(${digits}, '') AS BIGINT)`
  return `list_transform([${number}], lambda uprn: CASE WHEN uprn BETWEEN 1 AND 999999999999 AND uprn % 10000000 <> 0 THEN uprn END)[1]`
}

const postcode = '[A-Z]{1,2}[0-9][A-Z0-9]? [0-9][A-Z]{2}'
/** In either case, with any blanks, and perhaps with O and I where a digit should be, or 0 and 1 where a letter should be. */
const spelledPostcode = amidBlanks(`([A-Za-z01]{1,2}[0-9OoIi][A-Za-z0-9]?)${blank}*([0-9OoIi][A-Za-z01]{2})`)

/** A valid postcode changes its case and blanks only; another is mended where its positions make it certain. */
function postcodeKey(sql: string): string {
  // Only what matches, and so has ASCII letters only, becomes upper case.
  const spelled = `upper(regexp_replace(${sql}, ${spelledPostcode}, '\\1 \\2'))`
  const key = `CASE WHEN regexp_full_match(postcode, ${quote(postcode)}) THEN postcode ELSE ${mendedPostcode('postcode')} END`
  return (
    `CASE WHEN regexp_full_match(${sql}, ${quote(postcode)}) THEN ${sql}` +
    ` WHEN regexp_matches(${sql}, ${spelledPostcode}) THEN list_transform([${spelled}], lambda postcode: ${key})[1] END`
  )
}

/**
 * The inward part is a digit and two letters. The outward part begins with a letter; of two characters, the second is a digit; of four, the
 * second is a letter and the third a digit; of three, the others may be either, so they stay. NULL where that makes no postcode.
 */
function mendedPostcode(sql: string): string {
  const letters = (from: number, to = from) => `translate(${sql}[${from}:${to}], '01', 'OI')`
  const digit = (at: number) => `translate(${sql}[${at}], 'OI', '01')`
  const outward = `CASE length(${sql}) WHEN 6 THEN ${digit(2)} WHEN 7 THEN ${sql}[2:3] ELSE ${letters(2)} || ${digit(3)} || ${sql}[4] END`
  const mended = `${letters(1)} || ${outward} || ' ' || ${digit(-3)} || ${letters(-2, -1)}`
  return `nullif(regexp_extract(${mended}, ${quote(`^${postcode}$`)}), '')`
}

/** A text that numbers of any type share exactly where their values are equal. */
function numberKey(sql: string, from: Shape): string {
  if (from.type === 'INT64') return `CAST(${sql} AS VARCHAR)`
  if (from.type === 'DECIMAL')
    return decimalScale(from) === 0 ? decimalText(sql, decimalScale(from)) : withoutZeros(decimalText(sql, decimalScale(from)))
  return `CASE WHEN ${isWhole(sql)} THEN ${wholeText(sql)} WHEN ${isDecimal(sql)} THEN ${withoutZeros(`format('{:.38f}', ${sql})`)} ELSE 'd' || ${shortestText(sql)} END`
}

/** A number with a fraction, without the zeros at its end, and without the point where no digit is left behind it. */
const withoutZeros = (text: string) => `regexp_replace(${text}, '\\.?0+$', '')`

/** Whether a DOUBLE is a whole number that DuckDB writes with `.0`. All whole numbers that a DOUBLE holds exactly are. */
const isWhole = (sql: string) => `(abs(${sql}) < 1e16 AND ${sql} = trunc(${sql}))`

/** Exact, and −0 is 0. */
const wholeText = (sql: string) => `CAST(CAST(${sql} AS BIGINT) AS VARCHAR)`

/**
 * Whether a DOUBLE's exact value has at most 38 digits before and 38 behind the point, so that `format` writes all of it, and a DECIMAL can
 * have that value. No INT64 or DECIMAL equals any other DOUBLE: these are marked with a `d`. The value is m × 2^k with a whole, odd m; for
 * k < 0 its fraction has exactly −k digits, so what remains to ask is whether 2^38 times it is whole. That product is exact: only the
 * exponent changes. 1e38 as a DOUBLE is a little below 10^38, and the next is above.
 */
const isDecimal = (sql: string) => `(abs(${sql}) <= 1e38 AND ${sql} * ${2 ** 38} = trunc(${sql} * ${2 ** 38}))`

/** The shortest text that is this DOUBLE alone. NaN is one value, whatever its sign. */
const shortestText = (sql: string) => `replace(CAST(${sql} AS VARCHAR), '-nan', 'nan')`
