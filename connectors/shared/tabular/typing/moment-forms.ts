import { literal } from '../../engine-sql.js'
import { around } from './number-forms.js'

/** Forms of days, times of day and zones, and how to read them. Case is ignored. */

const month =
  '(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)'
const weekday = '(?:mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:r?s?(?:day)?)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?)'
const ordinal = '(?:st|nd|rd|th)?'
/** RE2: a time of a 24-hour clock. */
export const clock24 = '(?:[01]?[0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:[.,][0-9]{1,9})?)?'
/** RE2: a time of a 12-hour clock. */
export const clock12 = '(?:0?[1-9]|1[0-2])(?:[:.][0-5][0-9](?::[0-5][0-9](?:\\.[0-9]{1,9})?)?)? ?[ap]\\.?m\\.?'
/** RE2: a time zone. */
export const zone = '(?:z|utc|gmt|bst|(?:utc|gmt)?[-+][0-9]{2}(?::?[0-9]{2})?)'

/** Forms of a day. `names` gives the groups in order. */
export const dayForms = {
  /** 2024/1/31 */
  yearFirst: { regex: '([0-9]{4})(?:-([0-9]{1,2})-|/([0-9]{1,2})/|\\.([0-9]{1,2})\\.)([0-9]{1,2})', groups: ['y', 'm1', 'm2', 'm3', 'd'] },
  /** 31/1/2024, or 1/31/2024 */
  numbers: { regex: '([0-9]{1,2})(?:-([0-9]{1,2})-|/([0-9]{1,2})/|\\.([0-9]{1,2})\\.)([0-9]{4})', groups: ['d', 'm1', 'm2', 'm3', 'y'] },
  /** 31st January 2024, 31-Jan-2024, 31JAN2024 */
  dayMonth: { regex: `([0-9]{1,2})${ordinal}[-/. ]{0,2}(?:of )?(${month})[.,]?[-/. ]{0,2}([0-9]{4})`, groups: ['d', 'name', 'y'] },
  /** January 31, 2024 */
  monthDay: { regex: `(${month})[. ]{1,2}([0-9]{1,2})${ordinal}(?:, ?| )([0-9]{4})`, groups: ['name', 'd', 'y'] },
  /** 31/01/24 */
  shortNumbers: {
    regex: "([0-9]{1,2})(?:-([0-9]{1,2})-|/([0-9]{1,2})/|\\.([0-9]{1,2})\\.| ([0-9]{1,2}) )'?([0-9]{2})",
    groups: ['d', 'm1', 'm2', 'm3', 'm4', 'yy'],
  },
  /** 31 Jan 24 */
  shortDayMonth: { regex: `([0-9]{1,2})${ordinal}[-/. ]{0,2}(${month})[.,]?[-/. ]{0,2}'?([0-9]{2})`, groups: ['d', 'name', 'yy'] },
} as const
/** The name of a form of days. */
export type DayForm = keyof typeof dayForms

/** RE2 for a whole value that is a time with am or pm, which cannot be a duration. */
export const monthForms = {
  nameYear: { regex: `(${month})[-/., ]{0,2}([0-9]{4})`, groups: ['name', 'y'] },
  nameShortYear: { regex: `(${month})[-/., ]{0,2}'?([0-9]{2})`, groups: ['name', 'yy'] },
  yearMonth: { regex: '([0-9]{4})[-/](0[1-9]|1[0-2])', groups: ['y', 'm1'] },
  monthYear: { regex: '(0?[1-9]|1[0-2])/([0-9]{4})', groups: ['m1', 'y'] },
  yearName: { regex: `([0-9]{4})[- ]?(${month})`, groups: ['y', 'name'] },
} as const
/** The name of a form of months. */
export type MonthForm = keyof typeof monthForms

/** 20240131. Counts as a day only if the publisher says so. */
const compact = { regex: '((?:19|20)[0-9]{2})((?:0[1-9]|1[0-2]))((?:0[1-9]|[12][0-9]|3[01]))', groups: ['y', 'm1', 'd'] } as const

const allForms: Record<AnyForm, { readonly regex: string; readonly groups: readonly string[] }> = { ...dayForms, ...monthForms, compact }
/** The name of a form of days or months. */
export type AnyForm = DayForm | MonthForm | 'compact'
/** What may follow a day: a time of day, and its zone. */
const afterDay = `(?:(?:t|,? +|:)(${clock24}|${clock12})(?: ?(${zone}))?(?: \\([a-z ]{1,40}\\))?)?`
const plainRegex = (regex: string) => regex.replace(/(?<!\\)\((?!\?)/g, '(?:')

/** RE2 for a whole value that is a moment of this form. */
export function momentRegex(form: DayForm): string {
  return plainRegex(`(?i)${around}(?:${weekday}[.,]? +)?${dayForms[form].regex}${afterDay}${around}`)
}

/** RE2 for a whole value that is a month of this form. */
export function monthRegex(form: MonthForm): string {
  return plainRegex(`(?i)${around}${monthForms[form].regex}${around}`)
}

/** A form that must be a time of day; without a leading zero it could be a duration. */
export const clock12Regex = plainRegex(`(?i)${around}${clock12}${around}`)
/** RE2 for a whole value that is a time of day or a duration. */
export const clockRegex = plainRegex(`(?i)${around}(?:${clock24}|${clock12})${around}`)

/** Two-digit years, read as in Excel: 00 to 29 are 2000 to 2029. */
const windowed = (two: string) => `(CASE WHEN ${two} < '30' THEN '20' ELSE '19' END || ${two})`

/** SQL: the day of a value of one form as `2024-1-31`; of a month, its first day. @param monthFirst the order for numbers */
export function isoDay(value: string, form: AnyForm, monthFirst: boolean): string {
  const { regex, groups } = allForms[form]
  const full = `(?i)^${around}(?:${weekday}[.,]? +)?${regex}`
  if (groups.includes('y') && !groups.includes('name')) {
    // One pass instead of one for each part. Groups that did not take part are empty.
    const put = (starts: string) => groups.map((name, at) => (name.startsWith(starts) ? `\\${at + 1}` : '')).join('')
    const day = groups.includes('d') ? put('d') : '1'
    const rest = monthFirst && groups[0] === 'd' ? `${day}-${put('m')}` : `${put('m')}-${day}`
    return `regexp_replace(${value}, ${literal(`${full}.*$`)}, ${literal(`${put('y')}-${rest}`)})`
  }
  const get = (name: string) => `regexp_extract(${value}, ${literal(full)}, ${groups.indexOf(name) + 1})`
  const year = groups.includes('y') ? get('y') : windowed(get('yy'))
  const named = groups.includes('name')
  const month = named
    ? `CAST((strpos('janfebmaraprmayjunjulaugsepoctnovdec', left(lower(${get('name')}), 3)) + 2) // 3 AS VARCHAR)`
    : groups
        .filter((name) => name.startsWith('m'))
        .map(get)
        .join(' || ')
  const day = groups.includes('d') ? get('d') : `'1'`
  return monthFirst && !named && groups[0] === 'd'
    ? `${year} || '-' || ${day} || '-' || ${month}`
    : `${year} || '-' || ${month} || '-' || ${day}`
}

/** SQL: whether a value has a form. */
export function isForm(value: string, regex: string): string {
  return `regexp_full_match(${value}, ${literal(regex)})`
}

/** The forms of days, in the order in which they are tried. */
export const dayNames = Object.keys(dayForms) as DayForm[]
/** The forms of months, in the order in which they are tried. */
export const monthNames = Object.keys(monthForms) as MonthForm[]
/** All forms, in the order in which they are tried. */
export const anyNames: readonly AnyForm[] = [...dayNames, 'compact', ...monthNames]

/** SQL: the name of a value's form; null if it has none. */
export function formOf(value: string, forms: readonly AnyForm[]): string {
  const regexOf = (form: AnyForm) =>
    form === 'compact' ? plainRegex(compact.regex) : form in dayForms ? momentRegex(form as DayForm) : monthRegex(form as MonthForm)
  return `CASE ${forms.map((form) => `WHEN ${isForm(value, regexOf(form))} THEN '${form}'`).join(' ')} END`
}

/** SQL: the day of a value whose form is known. */
export function dayOf(form: string, value: string, forms: readonly AnyForm[], monthFirst: boolean): string {
  const [only] = forms
  if (forms.length === 1 && only !== undefined) return isoDay(value, only, monthFirst)
  return `CASE ${form} ${forms.map((one) => `WHEN '${one}' THEN ${isoDay(value, one, monthFirst)}`).join(' ')} END`
}
