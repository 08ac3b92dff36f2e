/** A cell's value as text, with what it is in the workbook. */
export interface CellValue {
  kind: 'number' | 'text' | 'boolean' | 'date' | 'datetime' | 'time' | 'error'
  text: string
}

const dayMs = 86_400_000
/** Day 0 of a workbook's calendar, in days before 1970. */
const dayZero = 25_569
/** So many days later begins a calendar that counts from 1904. */
const days1904 = 1_462

/**
 * What exceljs gives for a cell, as a value; nothing for an empty one. A formula is its last result.
 * @param from1904 whether the workbook's days count from 1904: exceljs minds that itself, but not for the result of a formula.
 */
export function cellValue(value: unknown, numberFormat: string | undefined, from1904: boolean): CellValue | undefined {
  if (value === null || value === undefined) return undefined
  switch (typeof value) {
    case 'string':
      return { kind: 'text', text: value }
    case 'boolean':
      return { kind: 'boolean', text: String(value) }
    case 'number':
      if (!Number.isFinite(value)) return { kind: 'error', text: '' }
      return isDateFormat(numberFormat) ? dateValue(new Date(Math.round((value - dayZero + (from1904 ? days1904 : 0)) * dayMs))) : { kind: 'number', text: String(value) }
    case 'object':
      return objectValue(value, numberFormat, from1904)
    default:
      return undefined
  }
}

function objectValue(value: object, numberFormat: string | undefined, from1904: boolean): CellValue | undefined {
  if (value instanceof Date) return dateValue(value)
  if ('richText' in value && Array.isArray(value.richText)) {
    return { kind: 'text', text: value.richText.map((run: { text?: unknown }) => (typeof run.text === 'string' ? run.text : '')).join('') }
  }
  if ('error' in value) return { kind: 'error', text: '' }
  if ('result' in value) return cellValue(value.result, numberFormat, from1904)
  if ('text' in value) return cellValue(value.text, undefined, from1904)
  return undefined
}

function dateValue(date: Date): CellValue {
  const time = date.getTime()
  if (Number.isNaN(time) || date.getUTCFullYear() > 9999) return { kind: 'error', text: '' }
  const text = date.toISOString().replace(/(?:\.000)?Z$/, '')
  if (time >= -dayZero * dayMs && time < (1 - dayZero) * dayMs) return { kind: 'time', text: text.slice(11) }
  return time % dayMs === 0 ? { kind: 'date', text: text.slice(0, 10) } : { kind: 'datetime', text }
}

/** As in ECMA-376, 18.8.30: letters of a date outside of quotes and brackets. */
function isDateFormat(format: string | undefined): boolean {
  return format !== undefined && format !== 'General' && /[ymdhs]/i.test(format.replace(/\[[^\]]*\]|"[^"]*"|\\./g, ''))
}
