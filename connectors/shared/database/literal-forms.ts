import type { ColumnType } from '../../../src/connector/column.js'
import type { Literal } from '../../../src/connector/relation.js'

/** A day of the years 1 to 9999, as a pattern. */
export const day = '(?!0000)\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])'
/** A time of day to the microsecond, as a pattern. */
export const clock = '([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(\\.\\d{1,6})?'

/** The texts that a database reads as values of a type just as the engine does. A type without a form has no literals that it reads so. */
export type LiteralForms = Partial<Record<ColumnType, RegExp>>

/** The forms that all our databases read alike. */
export const commonForms: LiteralForms = {
  INT64: /^-?\d{1,19}$/,
  DECIMAL: /^-?\d{1,38}(\.\d{1,38})?$/,
  DATE: new RegExp(`^${day}$`),
  TIMESTAMP: new RegExp(`^${day}T${clock}$`),
}

/** Whether a literal is null, or has the form of its type and, where that is DECIMAL, no more digits after the point than its scale. */
export function hasForm(forms: LiteralForms, { shape, value }: Literal): boolean {
  if (value === null) return true
  if (forms[shape.type]?.test(value) !== true) return false
  return shape.type !== 'DECIMAL' || (value.split('.')[1] ?? '').length <= (shape.scale ?? 0)
}
