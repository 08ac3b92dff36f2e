import { signs } from './signs.js'

/** A way in which all values of a text column may be written. */
export interface Pattern {
  kind: 'BOOLEAN' | 'NUMBER' | 'DATE' | 'TIMESTAMP' | 'TIMESTAMPTZ' | 'TIME' | 'DAY_MONTH'
  /** RE2 for the whole trimmed value. */
  regex: string
  /** The signs that its values may consist of, apart from blanks around them; see signs. */
  signs: number
  /** For DAY_MONTH: the strptime formats, day first and, if months are numbers, month first; and whether a time follows. */
  dayFirst?: string
  monthFirst?: string
  time?: boolean
}

const clock = '(?:[01][0-9]|2[0-3]):[0-5][0-9]'
const seconds = `${clock}:[0-5][0-9](?:\\.[0-9]{1,6})?`
const isoDate = '[0-9]{4}-[0-9]{2}-[0-9]{2}'
const isoTime = `${isoDate}[T ]${clock}(?::[0-5][0-9](?:\\.[0-9]{1,6})?)?`

/**
 * Whole numbers without a leading zero, with or without thousands separators; fractions; exponents only with a point or a sign, because 1E5
 * is more often a code.
 */
const number =
  '-?(?:(?:0|[1-9][0-9]*|[1-9][0-9]{0,2}(?:,[0-9]{3})+)(?:\\.[0-9]+)?|\\.[0-9]+|(?:0|[1-9][0-9]*)(?:\\.[0-9]+[eE][+-]?|[eE][+-])[0-9]{1,3})'

const times = [
  { regex: '', format: '' },
  { regex: ` ${clock}`, format: ' %H:%M' },
  { regex: ` ${clock}:[0-5][0-9]`, format: ' %H:%M:%S' },
  { regex: ' (?:0?[1-9]|1[0-2]):[0-5][0-9] ?[AaPp][Mm]', format: ' %I:%M %p' },
  { regex: ' (?:0?[1-9]|1[0-2]):[0-5][0-9]:[0-5][0-9] ?[AaPp][Mm]', format: ' %I:%M:%S %p' },
]

const { digit, dash, clock: colon, other } = signs
const point = dash | signs.dot | signs.mark
const letter = signs.letter | signs.tee

const dayMonth: Pattern[] = ['/', '-', '.'].flatMap((separator) =>
  times.map((time) => ({
    kind: 'DAY_MONTH' as const,
    regex: `[0-9]{1,2}[${separator}][0-9]{1,2}[${separator}][0-9]{4}${time.regex}`,
    dayFirst: ['%d', '%m', '%Y'].join(separator) + time.format,
    monthFirst: ['%m', '%d', '%Y'].join(separator) + time.format,
    signs: digit | point | colon | letter,
    time: time.format !== '',
  })),
)

const months = 'January|February|March|April|May|June|July|August|September|October|November|December'.split('|')

/** Dates with the month as a word, so that their order is certain. */
const namedMonth: Pattern[] = ['-', ' ', '/'].flatMap((separator) =>
  (['%b', '%B'] as const).map((format) => {
    // `May` has no other short form, so it must not be listed twice.
    const names = format === '%b' ? months.map((name) => name.slice(0, 3)) : months.filter((name) => name.length > 3)
    const name = `(?i:${names.join('|')})`
    return {
      kind: 'DAY_MONTH' as const,
      regex: `[0-9]{1,2}${separator}${name}${separator}[0-9]{4}`,
      dayFirst: ['%d', format, '%Y'].join(separator),
      signs: digit | point | colon | letter | other,
    }
  }),
)

/** All patterns. No two of them fit the same value. A column has another type than STRING if one of them fits all of its values. */
export const patterns: readonly Pattern[] = [
  { kind: 'NUMBER', regex: number, signs: digit | point | letter },
  { kind: 'BOOLEAN', regex: '[Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee]', signs: letter },
  { kind: 'DATE', regex: isoDate, signs: digit | point },
  { kind: 'TIMESTAMP', regex: isoTime, signs: digit | point | colon | letter },
  { kind: 'TIMESTAMPTZ', regex: `${isoTime}(?:Z|[+-][0-9]{2}(?::?[0-9]{2})?)`, signs: digit | point | colon | letter },
  { kind: 'TIME', regex: `${clock}|${seconds}`, signs: digit | point | colon },
  ...dayMonth,
  ...namedMonth,
]
