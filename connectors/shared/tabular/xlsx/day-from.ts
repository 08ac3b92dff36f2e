import type { DateSystem } from './workbook-part.js'

/** SQL: a day number, which may have a time as its fraction, as the engine's date. Works for numbers from 61. @param number in SQL. */
export function dayFrom(number: string, demand: 'DATE' | 'TIMESTAMP', dateSystem: DateSystem): string {
  const start = dateSystem === '1904' ? '1904-01-01' : '1899-12-30'
  if (demand === 'DATE') return `(DATE '${start}' + CAST(${number} AS INTEGER))`
  return `(TIMESTAMP '${start}' + to_milliseconds(CAST(round(CAST(${number} AS DOUBLE) * 86400000) AS BIGINT)))`
}
