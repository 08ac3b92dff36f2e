import { dayAssumed, daysContradict } from './day-reports.js'
import { asText, type Decision, type Of, type Way } from './decision.js'
import { type AnyForm, clock12Regex, type DayForm, dayNames, dayOf, formOf, isForm } from './moment-forms.js'
import { reported } from './sentences.js'
import { isFiner, timeFound, timeText, zoneFound, zoneText } from './moment-times.js'

/** Forms in which every value is certain. For numbers, all values of the column together decide the order of day and month. */
const certainForms: readonly DayForm[] = ['yearFirst', 'numbers', 'dayMonth', 'monthDay']

/** The report for times with more decimals than the engine holds. */
export const finer = 'its times have more than six decimals of a second; those after the sixth were left out.'

/**
 * Steps that take a value apart: `form`, `time` and `zone` as written; `first` and `second`, its day in either order; `clock` and `ahead`,
 * time and zone for the engine.
 */
export function momentSteps(forms: readonly AnyForm[]): Way['steps'] {
  return [
    (of) => ({ form: formOf(of(''), forms), time: timeFound(of('')), zone: zoneFound(of('')) }),
    (of) => ({ first: dayOf(of('form'), of(''), forms, false), clock: timeText(of('time')), ahead: zoneText(of('zone')) }),
    // Only days written as numbers leave the order open.
    (of) => ({
      second: `CASE WHEN ${of('form')} IN ('numbers', 'shortNumbers') THEN ${dayOf(of('form'), of(''), ['numbers', 'shortNumbers'], true)} ELSE ${of('first')} END`,
    }),
  ]
}

/** The counts over those steps. */
export function momentEvidence(of: Of, forms: readonly AnyForm[]): Record<string, string> {
  return {
    values: `count(${of('')})`,
    ...Object.fromEntries(forms.map((form) => [form.toLowerCase(), `count_if(${of('form')} = '${form}')`])),
    timed: `count(${of('time')})`,
    zoned: `count(CASE WHEN ${of('time')} IS NOT NULL THEN ${of('zone')} END)`,
    bst: `count_if(${of('zone')} = 'bst')`,
    finer: `count_if(${isFiner(of('time'))})`,
  }
}

/** SQL: a value of one of the forms as the text of a moment. */
export function momentText(
  value: string,
  forms: readonly AnyForm[],
  monthFirst: boolean,
  parts: { time?: boolean; zone?: boolean },
): string {
  const day = dayOf(forms.length === 1 ? '' : formOf(value, forms), value, forms, monthFirst)
  const time = parts.time === true ? ` || coalesce(' ' || ${timeText(timeFound(value))}, '')` : ''
  return `${day}${time}${parts.zone === true ? ` || ${zoneText(zoneFound(value))}` : ''}`
}

/** Reads a column of days or moments in forms beyond `patterns`, if all values have the same certain form, and all or none have a time. */
export function momentWay(likeness: string): Way {
  return {
    steps: momentSteps(dayNames),
    evidence: (of) => ({
      ...momentEvidence(of, dayNames),
      day_first: `count(try_cast(${of('first')} AS DATE))`,
      month_first: `count(try_cast(${of('second')} AS DATE))`,
    }),
    decide: (column, value, found) => decideMoment(column, value, found, likeness),
  }
}

function decideMoment(column: string, value: string, found: (key: string) => number, likeness: string): Decision {
  const values = found('values')
  const all = (key: string) => found(key) === values
  const allOrNone = (key: string) => all(key) || found(key) === 0
  const form = certainForms.find((one) => all(one.toLowerCase()))
  if (values === 0 || form === undefined || !allOrNone('timed') || !allOrNone('zoned')) return asText(column, likeness)
  if (found('bst') > 0)
    return asText(
      column,
      'its times are in BST, which may be British Summer Time; kept as text. To read it as +01:00, write type: TIMESTAMPTZ for this column in catalogue.yaml.',
    )
  if (!all('day_first') && !(form === 'numbers' && all('month_first'))) {
    return asText(column, daysContradict)
  }
  const type = all('zoned') ? 'TIMESTAMPTZ' : all('timed') ? 'TIMESTAMP' : 'DATE'
  const assumed = form === 'numbers' && all('day_first') && all('month_first') ? dayAssumed : undefined
  const text = momentText(value, [form], !all('day_first'), { time: type !== 'DATE', zone: type === 'TIMESTAMPTZ' })
  return { shape: { type }, sql: `CAST(${text} AS ${type})`, ...reported(assumed, found('finer') > 0 ? finer : undefined) }
}

/** Reads times of a 12-hour clock. */
export function clockWay(likeness: string): Way {
  return {
    steps: [],
    evidence: (of) => ({ values: `count(${of('')})`, fit: `count_if(${isForm(of(''), clock12Regex)})` }),
    decide: (column, value, found) =>
      found('values') === 0 || found('fit') < found('values')
        ? asText(column, likeness)
        : { shape: { type: 'TIME' }, sql: `CAST(${timeText(timeFound(value))} AS TIME)` },
  }
}
