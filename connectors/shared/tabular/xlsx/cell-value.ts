/** The kinds of values. */
export type ValueKind = 'number' | 'text' | 'boolean' | 'date' | 'datetime' | 'time' | 'duration'
/**
 * The kinds of cells without a usable value: an error, a number that is not a day of the calendar, a formula without a result, or a
 * reference to a text that the workbook lacks.
 */
export type VoidKind = 'error' | 'no-day' | 'no-result' | 'no-text'

/** A cell's value as text, and its kind in the workbook. A void cell has no text. */
export interface CellValue {
  kind: ValueKind | VoidKind
  text: string
  /** For a number: the words or signs that its format adds, such as `%` or `kg`. */
  unit?: string
  /** For a number: its format shows it with leading zeros, such as 00123. */
  isPadded?: boolean
  /** For a number: the workbook lacks its format, which may be a date's. */
  isUnstyled?: boolean
  /** It is the result of a formula. */
  isFormula?: boolean
}

const voids: ReadonlySet<string> = new Set<VoidKind>(['error', 'no-day', 'no-result', 'no-text'])

/** Whether a cell has no usable value, and is read as empty. */
export function isVoid({ kind }: CellValue): boolean {
  return voids.has(kind)
}
