import { noValues } from '../typing/marks.js'

/** What the text of a cell looks like. A mark stands for a missing value (`n/a`, `-`); a name is any other text. */
export type CellKind = 'blank' | 'mark' | 'number' | 'year' | 'date' | 'link' | 'mailbox' | 'postcode' | 'name'

const kinds: readonly [CellKind, RegExp][] = [
  ['year', /^(?:19|20)\d\d(?:[-/]\d{2,4})?$/],
  ['number', /^[-+]?[£$€]?\s?-?\d[\d,]*(?:\.\d+)?%?$/],
  ['date', /^\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}(?:[T ].*)?$/],
  ['link', /^https?:\/\/\S+$/i],
  ['mailbox', /^[^\s@]+@[^\s@]+\.\w+$/],
  ['postcode', /^[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}$/i],
]

/** The kind of a cell, by its text alone. */
export function kindOf(cell: string): CellKind {
  const text = cell.trim()
  if (noValues.includes(text.toLowerCase())) return 'mark'
  return text === '' ? 'blank' : (kinds.find(([, pattern]) => pattern.test(text))?.[0] ?? 'name')
}

/** Whether a kind is a value, such as a number or a date, which does not name a column. Years may name columns. */
export const isDatum = (kind: CellKind): boolean => !['blank', 'mark', 'name', 'year'].includes(kind)

/** The kind of at least four fifths of a column's values; undefined if there is none. A year counts as a number. */
export function columnKind(cells: readonly string[]): CellKind | undefined {
  const counts = new Map<CellKind, number>()
  let total = 0
  for (const cell of cells) {
    const kind = kindOf(cell)
    if (kind === 'blank' || kind === 'mark') continue
    const counted = kind === 'year' ? 'number' : kind
    counts.set(counted, (counts.get(counted) ?? 0) + 1)
    total++
  }
  return [...counts].find(([, count]) => count >= total * 0.8)?.[0]
}
