/** One field of a record, as text. */
export interface Cell {
  text: string
  quoted: boolean
}

/**
 * Splits the text of one record into fields. Blanks around a quoted field are dropped. If other text follows the closing quote, the field
 * is read literally, quotes included, up to the next delimiter.
 */
export function cellsOf(record: string, delimiter: string): Cell[] {
  const cells: Cell[] = []
  let at = 0
  for (;;) {
    const cell = quotedCell(record, at, delimiter)
    if (cell !== undefined) {
      cells.push({ text: cell.text, quoted: true })
      at = cell.end
    } else {
      const end = record.indexOf(delimiter, at)
      cells.push({ text: record.slice(at, end === -1 ? record.length : end), quoted: false })
      at = end === -1 ? record.length : end
    }
    if (at >= record.length) return cells
    at++
  }
}

function quotedCell(record: string, from: number, delimiter: string): { text: string; end: number } | undefined {
  let open = from
  while (record[open] === ' ') open++
  if (record[open] !== '"') return undefined
  let close = open + 1
  for (;;) {
    close = record.indexOf('"', close)
    if (close === -1) return undefined
    if (record[close + 1] !== '"') break
    close += 2
  }
  let end = close + 1
  while (record[end] === ' ') end++
  if (end < record.length && record[end] !== delimiter) return undefined
  return { text: record.slice(open + 1, close).replaceAll('""', '"'), end }
}

/** Joins cells to one record, quoted wherever it could otherwise be read differently. */
export function recordOf(cells: readonly Cell[], delimiter: string): string {
  return cells
    .map(({ text, quoted }) =>
      quoted || text.includes('"') || text.includes(delimiter) || /[\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text,
    )
    .join(delimiter)
}
