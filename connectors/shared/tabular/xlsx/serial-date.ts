import type { CellValue } from './cell-value.js'
import type { FormatSection } from './number-format.js'
import type { DateSystem } from './workbook-part.js'

const dayMs = 86_400_000
/** Below this, a time without a day is one that goes on past midnight, and not one of a day of 1900. */
const hoursDaysMax = 100
/** Beyond it, milliseconds are not whole any more. */
const daysMax = 100_000_000
/** 31 December 9999, in days since 1970; no calendar of a workbook goes beyond it. */
const lastDay = 2_932_896

/** Days before 1970 at which each calendar's day 0 lies; that of 1900 after its 29 February. */
const dayZero: Record<DateSystem, number> = { 1900: 25_569, 1904: 24_107, 1899: 25_569 }

/** A day's number as the day of the calendar it stands for, counted from 1970; nothing where there is no such day. */
function dayOf(number: number, system: DateSystem): number | undefined {
  const day = number - dayZero[system]
  if (day > lastDay || number < 0) return undefined
  if (system !== '1900' || number > 60) return day
  // Lotus 1-2-3 took 1900 for a leap year: 60 is its 29 February, and 0 is no day.
  return number === 0 || number === 60 ? undefined : day + 1
}

/**
 * A number that is shown as a date, a time or a duration, to the nearest millisecond: floating days are a few microseconds off. A whole day
 * is a date, whatever its format shows of its hours. What is no day of the calendar is `no-day`.
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

/** `36:00`, `1:30:15`: hours, minutes, and seconds where they are shown or any. */
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
