/** What holds a value of a kind. */
export type ValueKind = 'number' | 'text' | 'boolean' | 'date' | 'datetime' | 'time' | 'duration'
/**
 * What holds something that is no value: an error, a number that is no day of the calendar, a formula without a result, a text that the
 * workbook lacks.
 */
export type VoidKind = 'error' | 'no-day' | 'no-result' | 'no-text'

/** A cell's value as text, with what it is in the workbook. A void one has no text. */
export interface CellValue {
  kind: ValueKind | VoidKind
  text: string
  /** A number: the words or signs that its format shows with it, `%` or `kg`. */
  unit?: string
  /** A number: its format shows it with zeros before it, as 00123. */
  isPadded?: boolean
  /** A number: the workbook does not hold its format, which may be a date's. */
  isUnstyled?: boolean
  /** It is the result of a formula. */
  isFormula?: boolean
}

const voids: ReadonlySet<string> = new Set<VoidKind>(['error', 'no-day', 'no-result', 'no-text'])

/** Whether a cell holds something that is no value, and is read as empty. */
export function isVoid({ kind }: CellValue): boolean {
  return voids.has(kind)
}
