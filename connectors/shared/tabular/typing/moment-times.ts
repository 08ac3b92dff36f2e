import { literal } from '../../engine-sql.js'
import { clock12, clock24, zone } from './moment-forms.js'
import { around } from './number-forms.js'

/** A note in brackets, such as the name of a zone, at the end of a value. */
const aside = '(?: \\([a-z ]{1,40}\\))?'
const timeTail = `(?i)(?:^|t|[ :])(${clock24}|${clock12})(?: ?${zone})?${aside}${around}$`
const zoneTail = `(?i)[0-9m.](?: ?(${zone}))${aside}${around}$`

/** SQL: the time of day as written; null if there is none. */
export function timeFound(value: string): string {
  return `nullif(regexp_extract(${value}, ${literal(timeTail)}, 1), '')`
}

/** SQL: the zone as written, in lower case; null if there is none. Only for values with a time. */
export function zoneFound(value: string): string {
  return `nullif(lower(regexp_extract(${value}, ${literal(zoneTail)}, 1)), '')`
}

/** SQL: a found time as `9:05:00.12`. */
export function timeText(time: string): string {
  const halves = '(?i)^([0-9]{1,2})(?:[:.]([0-9]{2}))?(?::([0-9]{2}(?:\\.[0-9]+)?))?'
  const get = (position: number) => `regexp_extract(${time}, ${literal(halves)}, ${position})`
  const hour = `(CAST(nullif(${get(1)}, '') AS INTEGER) % 12 + if(regexp_matches(${time}, '(?i)p'), 12, 0))`
  const two = (position: number) => `coalesce(nullif(${get(position)}, ''), '00')`
  const seconds = `if(regexp_full_match(${time}, '[0-9]+:[0-9]+'), ':00', '')`
  return `CASE WHEN ${time} IS NULL THEN NULL WHEN regexp_matches(${time}, '(?i)[ap]') THEN CAST(${hour} AS VARCHAR) || ':' || ${two(2)} || ':' || ${two(3)} ELSE replace(${time}, ',', '.') || ${seconds} END`
}

/** SQL: a found zone as `+01:00`. BST is British Summer Time. */
export function zoneText(found: string): string {
  const offset = `regexp_replace(regexp_replace(${found}, '^(?:utc|gmt)', ''), '^([-+][0-9]{2}):?([0-9]{2})$', '\\1:\\2')`
  return `CASE WHEN ${found} IN ('z', 'utc', 'gmt') THEN '+00' WHEN ${found} = 'bst' THEN '+01' ELSE ${offset} END`
}

/** SQL: whether a found time has a digit other than zero after six decimals of a second. */
export function isFiner(time: string): string {
  return `regexp_matches(${time}, '[.,][0-9]{6}[0-9]*[1-9]')`
}
