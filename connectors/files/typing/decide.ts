import type { Shape } from '../../../src/connector/column.js'
import { literal } from '../../shared/engine-sql.js'
import type { Pattern } from './pattern.js'

/** What a column becomes: its shape, the SQL that reads it from its text, and what had to be assumed. */
export interface Decision {
  shape: Shape
  sql: string
  problem?: string
  /** RE2 that every value matches; where all rows do, the decision on some of them holds for all. */
  fits?: string
  /** No row has a value. */
  empty?: boolean
  /** A number's text without its separators. */
  plain?: string
  /** What its commas are: those of decimals; or of thousands, though no value shows that they are not those of decimals. */
  commas?: 'decimal' | 'thousands'
}

/** A text column as it is: an empty field is null, `""` is the empty text. @param problem why it is no other, where that is to be told. */
export function asText(column: string, problem?: string): Decision {
  return { shape: { type: 'STRING' }, sql: column, ...(problem === undefined ? {} : { problem }) }
}

/** What the values of a pattern are, in words for everybody. */
export const kindWords: Record<Pattern['kind'], string> = {
  BOOLEAN: 'true or false', NUMBER: 'numbers', DATE: 'dates', DAY_MONTH: 'dates', TIMESTAMP: 'times', TIMESTAMPTZ: 'times', TIME: 'times of day',
}

/** What is told of a column that a pattern does not fit whole. */
export const nearlyAllAre = ({ kind }: Pattern) => `nearly all of its values are ${kindWords[kind]}, but not all; kept as text.`

/** The value to read: blanks around it do not matter, and a blank one is null. */
export function trimmed(column: string): string {
  return `nullif(trim(${column}), '')`
}

/** The aggregates that decide on a column of one pattern, in one pass; `decide` reads them by these keys. @param value the column, trimmed. */
export function evidence(value: string, pattern: Pattern): Record<string, string> {
  const fits = `regexp_full_match(${value}, ${literal(pattern.regex)})`
  const all = { unfit: `count_if(NOT (${fits}))`, values: `count(${value})` }
  switch (pattern.kind) {
    case 'BOOLEAN':
    case 'TIME':
      return all
    case 'NUMBER': {
      const plain = ungrouped(value)
      const scale = `if(contains(${value}, '.'), length(${value}) - strpos(${value}, '.'), 0)`
      return {
        ...all,
        grouped: `count_if(contains(${value}, ','))`,
        surely_grouped: `count_if(regexp_matches(${value}, ',.*[,.]'))`,
        exponents: `count_if(contains(lower(${value}), 'e'))`,
        scale_min: `min(${scale})`,
        scale_max: `max(${scale})`,
        magnitude: `max(abs(try_cast(${plain} AS DOUBLE)))`,
        not_int64: `count_if(try_cast(${plain} AS BIGINT) IS NULL AND ${value} IS NOT NULL)`,
      }
    }
    case 'DATE':
    case 'TIMESTAMP':
    case 'TIMESTAMPTZ':
      return { ...all, unreal: `count_if(try_cast(${value} AS ${pattern.kind}) IS NULL AND ${value} IS NOT NULL)` }
    case 'DAY_MONTH':
      return {
        ...all,
        day_first: `count(try_strptime(${value}, ${literal(pattern.dayFirst ?? '')}))`,
        month_first: pattern.monthFirst === undefined ? '0' : `count(try_strptime(${value}, ${literal(pattern.monthFirst)}))`,
      }
  }
}

/**
 * Decides by the evidence of all rows looked at. Anything that is not certain stays text.
 * @param value the column's values, in SQL, without what is not part of them.
 */
export function decide(column: string, value: string, pattern: Pattern, found: (key: string) => number): Decision {
  if (found('unfit') > 0 || found('values') === 0) return asText(column, nearlyAllAre(pattern))
  const fits = pattern.regex
  switch (pattern.kind) {
    case 'BOOLEAN':
      return { shape: { type: 'BOOLEAN' }, sql: `(lower(${value}) = 'true')`, fits }
    case 'TIME':
      return { shape: { type: 'TIME' }, sql: `CAST(${value} AS TIME)`, fits }
    case 'NUMBER':
      return decideNumber(column, value, found)
    case 'DATE':
    case 'TIMESTAMP':
    case 'TIMESTAMPTZ':
      return found('unreal') > 0 ? asText(column, 'not all of its dates are days of the calendar; kept as text.') : { shape: { type: pattern.kind }, sql: `CAST(${value} AS ${pattern.kind})`, fits }
    case 'DAY_MONTH':
      return decideDayMonth(column, value, pattern, found)
  }
}

const tooLarge = 'its numbers are larger than can be held exactly; kept as text.'

function decideNumber(column: string, value: string, found: (key: string) => number): Decision {
  const grouped = found('grouped') > 0
  const plain = grouped ? ungrouped(value) : value
  const whole = `(?:0|[1-9][0-9]*${grouped ? '|[1-9][0-9]{0,2}(?:,[0-9]{3})+' : ''})`
  const scale = found('scale_max')
  if (found('exponents') === 0 && scale === 0) {
    if (found('not_int64') > 0) return asText(column, tooLarge)
    const commas = grouped && found('surely_grouped') === 0 ? { commas: 'thousands' as const } : {}
    return { shape: { type: 'INT64' }, sql: `CAST(${plain} AS BIGINT)`, fits: `-?${whole}`, ...commas }
  }
  if (found('exponents') === 0 && scale <= 4 && scale === found('scale_min')) {
    const precision = found('magnitude') < 10 ** (18 - scale) ? 18 : 38
    if (found('magnitude') >= 10 ** (37 - scale)) return asText(column, tooLarge)
    return { shape: { type: 'DECIMAL', scale }, sql: `CAST(${plain} AS DECIMAL(${precision}, ${scale}))`, fits: `-?${whole}?\\.[0-9]{${scale}}` }
  }
  if (!Number.isFinite(found('magnitude'))) return asText(column, tooLarge)
  const double = { shape: { type: 'DOUBLE' as const }, sql: `CAST(${plain} AS DOUBLE)` }
  return found('exponents') > 0 ? double : { ...double, plain, fits: `-?(?:${whole}(?:\\.[0-9]+)?|\\.[0-9]+)` }
}

function decideDayMonth(column: string, value: string, pattern: Pattern, found: (key: string) => number): Decision {
  const dayFirst = found('day_first') === found('values')
  const monthFirst = found('month_first') === found('values')
  if (!dayFirst && !monthFirst) {
    return { ...asText(column), problem: 'its dates contradict each other (day first, month first) or are no days of the calendar; kept as text.' }
  }
  const parsed = `strptime(${value}, ${literal((dayFirst ? pattern.dayFirst : pattern.monthFirst) ?? '')})`
  const decision: Decision =
    pattern.time === true ? { shape: { type: 'TIMESTAMP' }, sql: parsed } : { shape: { type: 'DATE' }, sql: `CAST(${parsed} AS DATE)` }
  if (!(dayFirst && monthFirst)) return { ...decision, fits: pattern.regex }
  return { ...decision, problem: 'no value shows whether day or month comes first; the day was taken to come first, as is usual in the United Kingdom.' }
}

function ungrouped(value: string): string {
  return `replace(${value}, ',', '')`
}
