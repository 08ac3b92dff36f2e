import type { CellValue } from './cell-value.js'
import type { FormatSection } from './number-format.js'
import type { DateSystem } from './workbook-part.js'

const dayMs = 86_400_000
/** Up to this many days, a time without a day counts as a duration past midnight, not as a day of 1900. */
const hoursDaysMax = 100
/** Beyond this, milliseconds are no longer whole numbers. */
const daysMax = 100_000_000
/** 31 December 9999 in days since 1970: the last day of a workbook's calendar. */
const lastDay = 2_932_896

/** Days from each calendar's day 0 to 1970. For 1900, valid after its 29 February. */
const dayZero: Record<DateSystem, number> = { 1900: 25_569, 1904: 24_107, 1899: 25_569 }

/** The day that a day number stands for, counted from 1970; undefined if there is no such day. */
function dayOf(number: number, system: DateSystem): number | undefined {
  const day = number - dayZero[system]
  if (day > lastDay || number < 0) return undefined
  if (system !== '1900' || number > 60) return day
  // Lotus 1-2-3 treated 1900 as a leap year: 60 is its 29 February. 0 is not a day.
  return number === 0 || number === 60 ? undefined : day + 1
}

/**
 * The value of a number formatted as a date, time or duration, rounded to milliseconds, because fractions of days are a few microseconds
 * off. A whole day is a date, even if its format shows hours. A number without a day in the calendar is `no-day`.
 */
export function serialValue(serial: number, section: FormatSection, system: DateSystem): CellValue {
  if (Math.abs(serial) > daysMax) return { kind: 'no-day', text: '' }
  const total = Math.round(serial * dayMs)
  if (section.elapsed) return { kind: 'duration', text: durationText(total, section.seconds) }
  if (!section.day && total >= dayMs && total < hoursDaysMax * dayMs)
    return { kind: 'duration', text: durationText(total, section.seconds) }
  const number = Math.floor(total / dayMs)
  const clock = total - number * dayMs
  if (number === 0 && system !== '1904' && (clock > 0 || !section.day)) return { kind: 'time', text: clockText(clock) }
  if (number === 0 && !section.day) return { kind: 'time', text: clockText(clock) }
  const day = dayOf(number, system)
  if (day === undefined) return { kind: 'no-day', text: '' }
  const date = new Date(day * dayMs).toISOString().slice(0, 10)
  return clock === 0 ? { kind: 'date', text: date } : { kind: 'datetime', text: `${date}T${clockText(clock)}` }
}

/** `36:00`, `1:30:15`: hours, minutes, and seconds if they are shown or not zero. */
function durationText(total: number, hasSeconds: boolean): string {
  const ms = Math.abs(total)
  const hours = Math.floor(ms / 3_600_000)
  const rest = clockText(ms - hours * 3_600_000).slice(3)
  return `${total < 0 ? '-' : ''}${hours}:${!hasSeconds && rest.endsWith(':00') ? rest.slice(0, 2) : rest}`
}

function clockText(ms: number): string {
  return new Date(ms)
    .toISOString()
    .slice(11, 23)
    .replace(/\.000$/, '')
}
