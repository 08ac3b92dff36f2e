import type { EngineSession } from '../../../../src/connector/engine.js'
import { columnAt } from '../../engine-sql.js'

/** Wider tables are not reports with sections, and examining all their columns takes long. */
const widthMax = 50
/** Longer tables are not examined: reports with sections are short. */
const rowsMax = 100_000
const shownMax = 5

const subtotal = '(?i)(?:sub[ -]?totals?\\b.*|.{1,60} (?:sub[ -]?)?totals?:?)'

/**
 * Finds rows inside a table that are not data: subtotals (`Housing Total`, with other columns empty), and section headings, which fill only
 * the first column and start with the first row. They stay rows. Their numbers are reported, counted from the first row under the header.
 * @param texts the positions of text columns.
 * @param placeOf the number of a row of the copy, as rows are counted in the file.
 * @param copy a table expression of columns c0 …
 */
export async function innerRows(
  session: EngineSession,
  copy: string,
  { rowCount, width, texts, placeOf }: { rowCount: number; width: number; texts: readonly number[]; placeOf: (row: number) => number },
): Promise<string[]> {
  if (texts[0] !== 0 || width < 2 || width > widthMax || rowCount < 4 || rowCount > rowsMax) return []
  const others = Array.from({ length: width - 1 }, (_, position) => `${columnAt(position + 1)} IS NULL`)
  const first = columnAt(0)
  const outputs = [
    `(suffix(rtrim(lower(${first}), ': s'), 'total') OR starts_with(lower(ltrim(${first})), 'sub')) AND regexp_full_match(trim(${first}), '${subtotal}') AND ${
      texts.length > 1
        ? `(${texts
            .slice(1)
            .map((position) => `${columnAt(position)} IS NULL`)
            .join(' OR ')})`
        : 'true'
    } AS subtotal`,
    `${first} IS NOT NULL AND ${others.join(' AND ')} AS heading`,
  ]
  const marked = `(SELECT row_number() OVER () AS row_at, ${outputs.join(', ')} FROM ${copy})`
  const found = await session.rows(
    `SELECT row_at, subtotal, heading FROM ${marked} WHERE subtotal OR heading ORDER BY row_at LIMIT ${Math.max(100, Math.ceil(rowCount / 2))}`,
  )
  const at = (isOne: (row: Record<string, unknown>) => boolean) => found.filter(isOne).map((row) => Number(row.row_at))
  const subtotals = at((row) => row.subtotal === true && row.heading !== true)
  const headings = at((row) => row.heading === true)
  const problems: string[] = []
  // A single subtotal at the end is a total, which `endsWith` reports.
  if (subtotals.length > 1)
    problems.push(
      `${rows(subtotals.map(placeOf))} like subtotals of the rows above them (counted from the first row under the header). They were kept as rows: leave them out of sums.`,
    )
  const isSectioned =
    width > 2 &&
    headings[0] === 1 &&
    headings.length > 1 &&
    headings.length * 3 <= rowCount &&
    headings.some((row, index) => index > 0 && row > (headings[index - 1] as number) + 1 && row < rowCount)
  if (isSectioned)
    problems.push(
      `${rows(headings.map(placeOf))} like headings of sections (counted from the first row under the header): only the first column holds anything. They were kept as rows: put the section into a column of its own.`,
    )
  return problems
}

/** `Rows 3, 6 and 2 more look`. */
function rows(numbers: readonly number[]): string {
  const rest = numbers.length - shownMax
  const shown = numbers.slice(0, shownMax)
  if (rest > 0) return `Rows ${shown.join(', ')} and ${rest} more look`
  return `Rows ${shown.slice(0, -1).join(', ')} and ${shown.at(-1)} look`
}
