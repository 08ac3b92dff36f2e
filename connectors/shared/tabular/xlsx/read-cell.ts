import type { CellValue } from './cell-value.js'
import { isoDateValue } from './iso-date.js'
import { sectionFor } from './number-format.js'
import { numberText } from './number-text.js'
import { unescaped, withoutLayout } from './rich-text.js'
import { serialValue } from './serial-date.js'
import type { Styles } from './styles.js'
import { type DateSystem, isTrue } from './workbook-part.js'

/** A cell as it is stored in its sheet. */
export interface StoredCell {
  type: string | undefined
  style: string | undefined
  /** The text of its `v`; undefined if it has none. */
  value: string | undefined
  /** The text of its `is`. */
  inline: string | undefined
  isFormula: boolean
}

/** What the cells of a workbook share. */
export interface CellContext {
  strings: readonly string[]
  styles: Styles
  dateSystem: DateSystem
}

/** Reads a stored cell (ECMA-376, part 1, 18.3.1.4 and 18.18.11); undefined if it is empty or blank text. */
export function readCell(cell: StoredCell, context: CellContext): CellValue | undefined {
  const found = valueOf(cell, context)
  if (found === undefined || !cell.isFormula) return found
  found.isFormula = true
  return found
}

function valueOf({ type, style, value, inline, isFormula }: StoredCell, context: CellContext): CellValue | undefined {
  if (inline !== undefined && (type === 'inlineStr' || value === undefined)) return textValue(inline)
  const trimmed = value?.trim() ?? ''
  if (trimmed === '') {
    if (type === 'e') return { kind: 'error', text: '' }
    // A text formula may have an empty result. Programs that calculate nothing leave the value out, or empty without a type.
    return isFormula && (value === undefined || type !== 'str') ? { kind: 'no-result', text: '' } : undefined
  }
  switch (type) {
    case 's': {
      const text = /^\d{1,9}$/.test(trimmed) ? context.strings[Number(trimmed)] : undefined
      return text === undefined ? { kind: 'no-text', text: '' } : textValue(text)
    }
    case 'b':
      return /^(?:[01]|true|false)$/i.test(trimmed) ? { kind: 'boolean', text: String(isTrue(trimmed)) } : textValue(trimmed)
    case 'e':
      return { kind: 'error', text: '' }
    case 'd':
      return isoDateValue(trimmed) ?? (numberText(trimmed) === undefined ? textValue(trimmed) : numberValue(trimmed, style, context))
    case 'n':
    case undefined:
      return numberValue(trimmed, style, context)
    default:
      return textValue(unescaped(withoutLayout(value ?? '')))
  }
}

function numberValue(stored: string, style: string | undefined, { styles, dateSystem }: CellContext): CellValue {
  const text = numberText(stored)
  if (text === undefined)
    return /^[+-]?(?:inf(?:inity)?|nan|\d+(?:\.\d*)?e\+?\d+)$/i.test(stored)
      ? { kind: 'error', text: '' }
      : (textValue(stored) as CellValue)
  const format = styles(style)
  if (format === undefined) return { kind: 'number', text, isUnstyled: true }
  if (format.length === 1 && format[0]?.kind === 'number' && format[0].unit === '' && format[0].wholeDigits < 2)
    return { kind: 'number', text }
  const section = sectionFor(format, Number(text))
  if (section.kind === 'date') return serialValue(Number(text), section, dateSystem)
  const value: CellValue = section.unit === '' ? { kind: 'number', text } : { kind: 'number', text, unit: section.unit }
  if (section.wholeDigits > 1 && wholeDigits(text) < section.wholeDigits) value.isPadded = true
  return value
}

/** The number of digits before the point. */
function wholeDigits(text: string): number {
  return /^-?(\d*)/.exec(text)?.[1]?.length ?? 0
}

function textValue(text: string): CellValue | undefined {
  return text.trim() === '' ? undefined : { kind: 'text', text }
}
