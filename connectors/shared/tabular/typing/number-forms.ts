import { literal } from '../../engine-sql.js'

/** The decimal separator: `1,234.5` has a point, `1.234,5` a comma. */
export type Convention = 'point' | 'comma'

/** Blanks between thousands or around a value: ordinary, no-break, figure, thin, narrow no-break. */
const blank = '[ \\x{a0}\\x{2007}\\x{2009}\\x{202f}]'
const apostrophe = "['\\x{2019}]"
const minus = '[-\\x{2212}\\x{2013}]'
const sign = '[-+\\x{2212}\\x{2013}]'
/** RE2: the sign or code of a currency. */
export const currency = '(?:[£$€¥]|GBP|EUR|USD)'
/** Blanks and invisible characters around a value, which are ignored. */
export const around = '[\\s\\x{a0}\\x{2007}\\x{2009}\\x{200b}\\x{202f}\\x{feff}]*'

/** No leading zeros: a number with them is a code. */
const wholeOnly = '(?:0|[1-9][0-9]*)'
/** Leading zeros are allowed if the publisher asks for a number. */
const wholeDemanded = '[0-9]+'

function body(convention: Convention, whole: string, groupSigns: readonly string[]): string {
  const decimal = convention === 'point' ? '\\.' : ','
  const groups = groupSigns.map((one) => `[1-9][0-9]{0,2}(?:${one}[0-9]{3})+`)
  return `(?:(?:${[whole, ...groups].join('|')})(?:${decimal}[0-9]+)?|${decimal}[0-9]+)`
}

function spelled(convention: Convention, whole: string): string {
  const comma = convention === 'point' ? ',' : '\\.'
  const number = body(convention, whole, [comma, blank, apostrophe])
  // More digits after a plus are a telephone number.
  const afterPlus = body(convention, '[0-9]{1,9}', [comma, apostrophe])
  const before = `(?:${currency}${blank}?)?`
  const after = `(?:${blank}?(?:${currency}|%))?`
  const forms = [
    `(?:${minus}${blank}?)?${before}${number}${after}`,
    `\\+${before}${afterPlus}${after}`,
    `${currency}${blank}?${sign}${number}`,
    `${before}${number}${after}${blank}?${minus}`,
    `${before}\\(${before}${number}${after}\\)${after}`,
  ]
  return `${around}(?:${forms.join('|')})${around}`
}

const spellings: Record<Convention, string> = { point: spelled('point', wholeOnly), comma: spelled('comma', wholeOnly) }
const demandedSpellings: Record<Convention, string> = { point: spelled('point', wholeDemanded), comma: spelled('comma', wholeDemanded) }

/** RE2 for a whole value: a number with the signs, currencies, percent signs and separators that people write. */
export function numberRegex(convention: Convention, isDemanded = false): string {
  return (isDemanded ? demandedSpellings : spellings)[convention]
}

/** SQL: whether a value is a number with this decimal separator. */
export function isNumber(value: string, convention: Convention, isDemanded = false): string {
  return `regexp_full_match(${value}, ${literal(numberRegex(convention, isDemanded))})`
}

/** SQL: such a value as `-1234.5`. The result for any other value is undefined. */
export function plainNumber(value: string, convention: Convention): string {
  const digits =
    convention === 'point'
      ? `regexp_replace(${value}, '[^0-9.]', '', 'g')`
      : `replace(regexp_replace(${value}, '[^0-9,]', '', 'g'), ',', '.')`
  return `if(regexp_matches(${value}, ${literal(`^[^0-9]*[-\\x{2212}\\x{2013}(]|[-\\x{2212}\\x{2013}]${around}$`)}), '-' || ${digits}, ${digits})`
}

/** Words for each kind of number, in the order in which they are tried; see lookalikes. */
export const numberKinds: readonly { are: string; regex: string }[] = [
  { are: 'numbers with a decimal comma', regex: `${minus}?(?:[0-9]+|[1-9][0-9]{0,2}(?:[. ][0-9]{3})+),[0-9]+` },
  {
    are: 'percentages',
    regex: `${around}(?:${sign}?[0-9][0-9.,]*|\\([0-9.,]*[0-9]\\)) ?%(?: ?-)?${around}|${around}\\([0-9.,]*[0-9] ?%\\)${around}`,
  },
  {
    are: 'amounts with a currency sign',
    regex: `${around}(?:[-+(\\x{2212}\\x{2013}]? ?${currency}[ (]?${sign}? ?[0-9][0-9., ']*\\)? ?-?|${sign}?[0-9][0-9., ']* ?${currency} ?-?|\\([0-9][0-9., ']* ?${currency}\\))${around}`,
  },
  { are: 'numbers in brackets', regex: `${around}\\([0-9.,]*[0-9]\\)${around}` },
  { are: 'numbers with a minus sign that is no hyphen', regex: `${around}[\\x{2212}\\x{2013}] ?[0-9.,]*[0-9]${around}` },
  { are: 'numbers with the minus sign behind', regex: `${around}[0-9][0-9.,]* ?${minus}${around}` },
  { are: 'numbers with a plus sign', regex: `${around}\\+(?:${body('point', '[0-9]{1,9}', [','])})${around}` },
  {
    are: 'numbers with blanks between the thousands',
    regex: `${around}${sign}?[1-9][0-9]{0,2}(?:${blank}[0-9]{3})+(?:[.,][0-9]+)?${around}`,
  },
  {
    are: 'numbers with apostrophes between the thousands',
    regex: `${around}${sign}?[1-9][0-9]{0,2}(?:${apostrophe}[0-9]{3})+(?:[.,][0-9]+)?${around}`,
  },
  { are: 'numbers with points between the thousands', regex: `${around}${sign}?[1-9][0-9]{0,2}(?:\\.[0-9]{3}){2,}${around}` },
  { are: 'numbers with other blanks around them', regex: `${around}-?${body('point', wholeOnly, [','])}${around}` },
]
