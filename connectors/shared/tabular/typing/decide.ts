import { literal } from '../../engine-sql.js'
import { dayAssumed, daysContradict } from './day-reports.js'
import { asText, type Decision, type Of, type Way } from './decision.js'
import { decideExactNumber, numberEvidence } from './exact-number.js'
import { isNumber } from './number-forms.js'
import type { Pattern } from './pattern.js'

/** Words for the values of each kind of pattern. */
export const kindWords: Record<Pattern['kind'], string> = {
  BOOLEAN: 'true or false',
  NUMBER: 'numbers',
  DATE: 'dates',
  DAY_MONTH: 'dates',
  TIMESTAMP: 'times',
  TIMESTAMPTZ: 'times',
  TIME: 'times of day',
}

/** The report for a column that a pattern fits nearly, but not fully. */
const nearlyAllAre = ({ kind }: Pattern) => `nearly all of its values are ${kindWords[kind]}, but not all; kept as text.`

/** SQL: the value to read. Blanks around it are ignored, and a blank value is null. */
export function trimmed(column: string): string {
  return `nullif(trim(${column}), '')`
}

/** How to decide on a column whose known values all have one pattern. */
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

/** Decides from counts over all rows. Anything that is not certain stays text. @param value SQL of the column's values, already trimmed. */
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
  if (!dayFirst && !monthFirst) return asText(column, daysContradict)
  const parsed = `strptime(${value}, ${literal((dayFirst ? pattern.dayFirst : pattern.monthFirst) ?? '')})`
  const decision: Decision =
    pattern.time === true ? { shape: { type: 'TIMESTAMP' }, sql: parsed } : { shape: { type: 'DATE' }, sql: `CAST(${parsed} AS DATE)` }
  if (!(dayFirst && monthFirst)) return { ...decision, fits: pattern.regex }
  return { ...decision, problem: dayAssumed }
}

function ungrouped(value: string): string {
  return `replace(${value}, ',', '')`
}
