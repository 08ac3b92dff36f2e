import { clock12Regex, clockRegex, type DayForm, dayNames, momentRegex, monthNames, monthRegex } from './moment-forms.js'
import { currency, numberKinds } from './number-forms.js'

/**
 * Values that look like numbers or dates but fit none of `patterns`. A column of one family is read if all of its values agree and have
 * only one meaning (`decideSpelled`, `decideMoment`). Any other column stays text, and is reported.
 */
export interface Lookalike {
  /** Words for such values. */
  readonly are: string
  /** RE2 for the whole trimmed value. */
  readonly regex: string
  /** How a column of such values may be read without a type from its publisher. */
  readonly family?: 'number' | 'moment' | 'clock'
  /** The type that the publisher may ask for to have them read. */
  readonly askFor?: string
}

const dayWords: Record<DayForm, string> = {
  yearFirst: 'dates whose year comes first',
  numbers: 'dates',
  dayMonth: 'dates',
  monthDay: 'dates',
  shortNumbers: 'dates whose year has two digits',
  shortDayMonth: 'dates whose year has two digits',
}

const moments = dayNames.map((form) => ({ are: dayWords[form], regex: momentRegex(form), family: 'moment' as const, askFor: 'DATE' }))
const months = monthNames.map((form) => ({ are: 'months', regex: monthRegex(form), askFor: 'DATE' }))

const shortMonth = '(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)'

/** All lookalikes. The first that fits a value counts. */
export const lookalikes: readonly Lookalike[] = [
  ...numberKinds.map((kind) => ({ ...kind, family: 'number' as const, askFor: 'DECIMAL' })),
  ...moments,
  ...months,
  { are: 'times of day', regex: clock12Regex, family: 'clock', askFor: 'TIME' },
  { are: 'times of day without a leading zero, which may be durations', regex: clockRegex, askFor: 'TIME' },
  { are: 'durations', regex: '-?[0-9]{1,6}:[0-5][0-9](?::[0-5][0-9](?:\\.[0-9]+)?)?' },
  { are: 'weeks', regex: '(?i)[0-9]{4}[- ]?W(?:eek )?[0-9]{1,2}(?:-[1-7])?' },
  {
    are: 'quarters',
    regex: '(?i)Q[1-4][- /]?(?:FY ?)?(?:[0-9]{4}|[0-9]{2})(?:[-/][0-9]{2,4})?|(?:FY ?)?[0-9]{4}(?:[-/][0-9]{2,4})?[- /]?Q[1-4]',
  },
  { are: 'years such as 2023/24', regex: '(?i)(?:FY ?)?(?:19|20)[0-9]{2} ?[-/\\x{2013}] ?(?:(?:19|20)[0-9]{2}|[0-9]{2})' },
  {
    are: 'numbers with a unit',
    regex: `(?:${currency} ?)?-?[0-9][0-9.,]*(?:k|K|bn| ?(?:m|million|billion|thousand|p|km|kg|ha|sqm|m2|mm|cm|pp|hrs?|hours?|mins?|days?|years?))`,
  },
  {
    are: 'numbers with a note beside them',
    regex: '-?[0-9][0-9.,]* ?(?:\\*{1,3}|[rp]|[\\x{2020}\\x{2021}\\x{a7}\\x{b9}\\x{b2}\\x{b3}\\x{2074}]|\\[[a-z0-9 ]{1,12}\\]|\\([a-z]\\))',
  },
  {
    are: 'numbers said to be about right',
    regex: '(?i)(?:[~\\x{2248}]|c(?:irca|a)?\\.? |c\\.|approx(?:imately)?\\.? |about |est\\.? ?) ?[0-9][0-9.,]*',
  },
  { are: 'days without a year, as Excel may make of ranges such as 5-9', regex: `(?i)[0-9]{1,2}[- ]${shortMonth}` },
  { are: 'amounts marked CR or DR', regex: `(?i)(?:${currency} ?)?[0-9][0-9.,]* ?(?:CR|DR)` },
  { are: 'numbers or codes behind an apostrophe', regex: "['\\x{2019}]-?[0-9][0-9.,/-]*" },
  { are: 'values wrapped in a formula (="…")', regex: '="[^"]*"' },
  { are: 'numbers whose commas do not group thousands', regex: '-?[1-9][0-9]{0,2}(?:,[0-9]{2})+,[0-9]{3}(?:\\.[0-9]+)?' },
]
