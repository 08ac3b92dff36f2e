import type { Shape } from '../../../src/connector/column.js'
import { literal } from '../../shared/engine-sql.js'
import { decideExactNumber, numberEvidence } from './exact-number.js'
import { isNumber } from './number-forms.js'
import type { Pattern } from './pattern.js'

/** What a column becomes: its shape, the SQL that reads it from its text, and what had to be assumed. */
export interface Decision {
  shape: Shape
  sql: string
  problem?: string
  /** RE2 that every value matches; where all rows do, the decision on some of them holds for all. */
  fits?: string
  /** SQL that must hold of every value as well. */
  holds?: string
  /** No row has a value. */
  empty?: boolean
  /** A number's text without its separators. */
  plain?: string
  /** A DECIMAL some of whose values have fewer digits after the point than others. */
  isMixedScale?: boolean
  /** What its commas are: those of decimals; or of thousands, though no value shows that they are not those of decimals. */
  commas?: 'decimal' | 'thousands'
  /** A value shows that its points are those of decimals. */
  hasDecimalPoints?: boolean
  /** What the values are if commas are decimal and points group thousands, where every value allows both readings. */
  swapped?: Decision
  /** Its publisher asks for its type. */
  isDemanded?: boolean
  /** What a file whose fields are separated by commas reports instead of reading decimal commas of which no value is certain. */
  uncertain?: string
}

/** SQL: a part of a value that a step before gave a name; `''` is the value itself. */
export type Of = (part: string) => string

/** How a column is decided: steps that take its values apart, what is counted over them, and what follows from the counts. */
export interface Way {
  /** The one pattern of its values, where they have one. */
  readonly pattern?: Pattern
  /** SQL of named parts, each step over those before it: what several aggregates need is worked out once. */
  readonly steps: readonly ((of: Of) => Record<string, string>)[]
  /** Aggregates; `decide` finds them by these keys. */
  readonly evidence: (of: Of) => Record<string, string>
  /** @param value how the column's values will be read, in SQL. */
  readonly decide: (column: string, value: string, found: (key: string) => number) => Decision
}

/** A text column as it is: an empty field is null, `""` is the empty text. @param problem why it is no other, where that is to be told. */
export function asText(column: string, problem?: string): Decision {
  return { shape: { type: 'STRING' }, sql: column, ...(problem === undefined ? {} : { problem }) }
}

/** What the values of a pattern are, in words for everybody. */
export const kindWords: Record<Pattern['kind'], string> = {
  BOOLEAN: 'true or false',
  NUMBER: 'numbers',
  DATE: 'dates',
  DAY_MONTH: 'dates',
  TIMESTAMP: 'times',
  TIMESTAMPTZ: 'times',
  TIME: 'times of day',
}

/** What is told of a column that a pattern does not fit whole. */
const nearlyAllAre = ({ kind }: Pattern) => `nearly all of its values are ${kindWords[kind]}, but not all; kept as text.`

/** The value to read: blanks around it do not matter, and a blank one is null. */
export function trimmed(column: string): string {
  return `nullif(trim(${column}), '')`
}

/** How a column is decided all of whose values, as far as they are known, are of one pattern. */
export function patternWay(pattern: Pattern): Way {
  return {
    pattern,
    steps: pattern.kind === 'NUMBER' ? [(of) => ({ plain: ungrouped(of('')) })] : [],
    evidence: (of) => evidence(of, pattern),
    decide: (column, value, found) => decide(column, value, pattern, found),
  }
}

function evidence(of: Of, pattern: Pattern): Record<string, string> {
  const value = of('')
  const fits = `regexp_full_match(${value}, ${literal(pattern.regex)})`
  const all = { unfit: `count_if(NOT (${fits}))`, values: `count(${value})` }
  switch (pattern.kind) {
    case 'BOOLEAN':
    case 'TIME':
      return all
    case 'NUMBER':
      return {
        ...all,
        ...numberEvidence(of('plain')),
        grouped: `count_if(contains(${value}, ','))`,
        comma_fit: `count_if(${isNumber(value, 'comma')})`,
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
      return found('unreal') > 0
        ? asText(column, 'not all of its dates are days of the calendar; kept as text.')
        : { shape: { type: pattern.kind }, sql: `CAST(${value} AS ${pattern.kind})`, fits }
    case 'DAY_MONTH':
      return decideDayMonth(column, value, pattern, found)
  }
}

function decideNumber(column: string, value: string, found: (key: string) => number): Decision {
  const grouped = found('grouped') > 0
  const plain = grouped ? ungrouped(value) : value
  const decision = decideExactNumber(column, plain, found, `(?:0|[1-9][0-9]*${grouped ? '|[1-9][0-9]{0,2}(?:,[0-9]{3})+' : ''})`)
  const hasPoints = found('scale_max') > 0
  if (!grouped && !hasPoints) return decision
  if (found('comma_fit') < found('values')) return { ...decision, ...(hasPoints ? { hasDecimalPoints: true } : {}) }
  const commaRead = `replace(replace(${value}, '.', ''), ',', '.')`
  const swapped: Decision = grouped
    ? { shape: { type: 'DECIMAL', scale: 3 }, sql: `CAST(${commaRead} AS DECIMAL(18, 3))` }
    : { shape: { type: 'INT64' }, sql: `CAST(${commaRead} AS BIGINT)` }
  return { ...decision, swapped, ...(grouped ? { commas: 'thousands' as const } : {}) }
}

function decideDayMonth(column: string, value: string, pattern: Pattern, found: (key: string) => number): Decision {
  const dayFirst = found('day_first') === found('values')
  const monthFirst = found('month_first') === found('values')
  if (!dayFirst && !monthFirst) {
    return {
      ...asText(column),
      problem: 'its dates contradict each other (day first, month first) or are no days of the calendar; kept as text.',
    }
  }
  const parsed = `strptime(${value}, ${literal((dayFirst ? pattern.dayFirst : pattern.monthFirst) ?? '')})`
  const decision: Decision =
    pattern.time === true ? { shape: { type: 'TIMESTAMP' }, sql: parsed } : { shape: { type: 'DATE' }, sql: `CAST(${parsed} AS DATE)` }
  if (!(dayFirst && monthFirst)) return { ...decision, fits: pattern.regex }
  return {
    ...decision,
    problem: 'no value shows whether day or month comes first; the day was taken to come first, as is usual in the United Kingdom.',
  }
}

function ungrouped(value: string): string {
  return `replace(${value}, ',', '')`
}
