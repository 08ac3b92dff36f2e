import { type Cell, cellsOf, recordOf } from './cells.js'
import type { Dialect } from './dialect.js'
import type { RawRecord } from './records.js'
import type { RowProblem } from './row-problems.js'

/**
 * Repairs a record that is not a proper row. Returns its text, or undefined if it cannot be a row.
 * @param cut whether the file ends in this record, without a line end.
 * @param cutBytes bytes of an incomplete letter at its end.
 */
export function mendRecord(record: RawRecord, dialect: Dialect, cut: boolean, cutBytes: number): { problem?: RowProblem; text?: string } {
  const { fields, flaw } = record
  if (flaw === 'NUL') return { problem: 'NUL' }
  if (flaw === 'unclosed quote') return { problem: cut ? 'cut' : 'unclosed quote' }
  const text = record.buffer.toString('utf8', record.start, record.end - cutBytes)
  if (text.includes('\0')) return { problem: 'NUL' }
  const mended = mendText(text, dialect, flaw === 'text after quote')
  const isShort = cutBytes > 0 || (flaw === undefined && fields < dialect.width)
  return cut && isShort && mended.text !== undefined ? { problem: 'ends short', text: mended.text } : mended
}

function mendText(text: string, { delimiter, width }: Dialect, textAfterQuote: boolean): { problem?: RowProblem; text?: string } {
  const cells = cellsOf(text, delimiter)
  if (cells.slice(width).some((cell) => cell.text !== '')) return { problem: 'long' }
  if (textAfterQuote && cells.some(isUnclosed)) return { problem: 'unclosed quote' }
  if (textAfterQuote && cells.length < width) return { problem: 'text after quote' }
  const missing = Array.from({ length: Math.max(0, width - cells.length) }, () => ({ text: '', quoted: false }))
  const row = recordOf([...cells.slice(0, width), ...missing], delimiter)
  if (textAfterQuote) return { problem: 'literal quote', text: row }
  return missing.length > 0 ? { problem: 'short', text: row } : { text: row }
}

/** Whether a field begins with a quote and holds an odd number of quotes. */
function isUnclosed({ text, quoted }: Cell): boolean {
  return !quoted && text.trimStart().startsWith('"') && text.split('"').length % 2 === 0
}
