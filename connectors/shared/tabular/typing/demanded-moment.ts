import type { ColumnType } from '../../../../src/connector/column.js'
import type { Decision } from './decision.js'
import type { Counts, DemandReader } from './demand-reader.js'
import { once } from './in-steps.js'
import { type AnyForm, anyNames, clockRegex, dayNames, isForm, monthNames } from './moment-forms.js'
import { reported } from './sentences.js'
import { isFiner, timeFound, timeText } from './moment-times.js'
import { dayAssumed } from './day-reports.js'
import { finer, momentEvidence, momentSteps, momentText } from './spelled-moment.js'

const booleans = { true: ['true', 't', 'yes', 'y', '1', 'on'], false: ['false', 'f', 'no', 'n', '0', 'off'] }
const oneOf = (words: readonly string[]) => words.map((word) => `'${word}'`).join(', ')

/** Reads true and false in common words. */
export const demandedBoolean: DemandReader = {
  steps: [],
  ways: [{ name: 'words', readable: () => `lower(v) IN (${oneOf([...booleans.true, ...booleans.false])})` }],
  evidence: () => ({}),
  decide: (value) => ({ shape: { type: 'BOOLEAN' }, sql: `(lower(${value}) IN (${oneOf(booleans.true)}))` }),
}

/** Reads times of day, with or without a leading zero. */
export const demandedTime: DemandReader = {
  steps: [() => ({ time: timeFound('v') }), (of) => ({ clock: timeText(of('time')) })],
  ways: [{ name: 'clock', readable: (of) => `${isForm('v', clockRegex)} AND try_cast(${of('clock')} AS TIME) IS NOT NULL` }],
  evidence: (of) => ({ finer: `count_if(${isFiner(of('time'))})` }),
  decide: (value, { found }) => ({
    shape: { type: 'TIME' },
    sql: `CAST(${once(value, (one) => timeText(timeFound(one)))} AS TIME)`,
    ...reported(found('finer') > 0 ? finer : undefined),
  }),
}

type DayType = 'DATE' | 'TIMESTAMP' | 'TIMESTAMPTZ'

/** Reads days and moments as the type that the publisher asks for. Each value may have another form. */
export function demandedMoment(type: DayType & ColumnType): DemandReader {
  const forms = type === 'DATE' ? anyNames : dayNames
  return {
    steps: momentSteps(forms),
    ways: [
      { name: 'day', readable: (of) => readable(type, 'first', of) },
      { name: 'month', readable: (of) => readable(type, 'second', of) },
    ],
    evidence: (of) => momentEvidence(of, forms),
    decide: (value, counts) => decideDay(type, value, counts, forms),
  }
}

/** SQL: whether a value can be read as the type without loss. */
function readable(type: DayType, day: 'first' | 'second', of: (part: string) => string): string {
  const hasZone = `(${of('time')} IS NOT NULL AND ${of('zone')} IS NOT NULL)`
  const moment = `${of(day)} || coalesce(' ' || ${of('clock')}, '')`
  switch (type) {
    case 'DATE':
      return `try_cast(${of(day)} AS DATE) IS NOT NULL AND NOT ${hasZone} AND (${of('time')} IS NULL OR regexp_full_match(${of('clock')}, '0?0:00:00(?:\\.0+)?'))`
    case 'TIMESTAMP':
      return `try_cast(${moment} AS TIMESTAMP) IS NOT NULL AND NOT ${hasZone}`
    case 'TIMESTAMPTZ':
      return `${hasZone} AND try_cast(${moment} || ${of('ahead')} AS TIMESTAMPTZ) IS NOT NULL`
  }
}

function decideDay(type: DayType, value: string, { found, way }: Counts, forms: readonly AnyForm[]): Decision {
  const count = (some: readonly AnyForm[]) => some.reduce((sum, form) => sum + found(form.toLowerCase()), 0)
  const short = count(['shortNumbers', 'shortDayMonth'])
  const months = type === 'DATE' ? count(monthNames) : 0
  const problems = [
    count(['numbers', 'shortNumbers']) > 0 && found('unread_day') === 0 && found('unread_month') === 0 ? dayAssumed : undefined,
    short > 0
      ? `the year of ${short} of its dates has two digits: 00 to 29 were read as 2000 to 2029, 30 to 99 as 1930 to 1999.`
      : undefined,
    months > 0 ? `${months} of its values are months; each was read as its first day.` : undefined,
    type === 'TIMESTAMPTZ' && found('bst') > 0 ? 'BST was read as British Summer Time (+01:00).' : undefined,
    type !== 'DATE' && found('finer') > 0 ? finer : undefined,
  ]
  const present = forms.filter((form) => count([form]) > 0)
  const text = once(value, (one) => momentText(one, present, way === 'month', { time: type !== 'DATE', zone: type === 'TIMESTAMPTZ' }))
  return { shape: { type }, sql: `CAST(${text} AS ${type})`, ...reported(...problems) }
}
