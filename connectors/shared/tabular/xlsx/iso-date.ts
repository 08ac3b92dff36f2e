import type { CellValue } from './cell-value.js'

const iso = /^(?:(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?))?|T?(\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?))Z?$/

/** The value of a cell of type `d`, which holds ISO 8601 (ECMA-376, part 1, 18.18.11); undefined for other text, or if it has an offset. */
export function isoDateValue(text: string): CellValue | undefined {
  const [, date, clock, time] = iso.exec(text) ?? []
  if (time !== undefined) return isTime(time) ? { kind: 'time', text: wholeTime(time) } : undefined
  if (date === undefined || !isDay(date)) return undefined
  if (clock === undefined) return { kind: 'date', text: date }
  if (!isTime(clock)) return undefined
  const whole = wholeTime(clock)
  return whole === '00:00:00' ? { kind: 'date', text: date } : { kind: 'datetime', text: `${date}T${whole}` }
}

function isDay(date: string): boolean {
  const found = new Date(`${date}T00:00:00Z`)
  return !Number.isNaN(found.getTime()) && found.toISOString().startsWith(date)
}

function isTime(time: string): boolean {
  const [hours = 0, minutes = 0, seconds = 0] = time.split(':').map(Number)
  return hours < 24 && minutes < 60 && seconds < 60
}

/** Adds missing seconds, and cuts to microseconds. */
function wholeTime(time: string): string {
  return (time.length === 5 ? `${time}:00` : time.slice(0, 15)).replace(/\.0*$/, '')
}
