import type { EngineSession } from '../../../../src/connector/engine.js'
import { columnAt, literal } from '../../engine-sql.js'
import { inPortions } from '../in-portions.js'

/** How many rows at the end of a table are examined for totals and notes. */
const tailRows = 12
const textsMax = 50

/** Matches `Total`, `Grand total:`, `Total for April`, `Total (all wards)`, but not the name of a firm that starts with Total. */
const total =
  '(?i)(?:(?:grand|sub|overall|report|net|gross)[ -]?)?totals?:?(?: (?:for|of|all) .{1,60}| ?\\(.{1,60}\\)| ?[-\u2013\u2014:,] .{1,60}| (?:19|20)\\d\\d.{0,30})?'
/** Matches a sentence, or a beginning that is usual for notes. A name alone may be a row without values. */
const note =
  '(?i)(?:(?:sources?|notes?|contact|copyright|disclaimer|caveats?|footnotes?|definitions?|please|see|last updated|published|updated|figures|key|report name|(?:generated|exported|printed) (?:by|on|at|from)|confidential|applied filters|end of (?:report|file|data|table))\\b|[\u00a9*\u2020[]|\\(?[a-z0-9]{1,2}[).] ).*|\\(?[0-9]+ (?:rows?|records?)(?: (?:affected|selected|returned|exported|fetched))?\\.?\\)?|(?:\\S+\\s+){4,}\\S.*'

/**
 * Reports rows at the end of a table that are not data: notes, which fill only the first column, and a total above them. They stay rows,
 * because no data is ever dropped.
 * @param texts the positions of text columns.
 * @param width the number of columns.
 * @param copy a table expression of columns c0 …
 */
export async function endsWith(
  session: EngineSession,
  copy: string,
  { rowCount, width, texts }: { rowCount: number; width: number; texts: readonly number[] },
): Promise<string[]> {
  if (rowCount < 2 || texts.length === 0) return []
  const some = texts.slice(0, textsMax).map(columnAt)
  const outputs = [
    `${texts.includes(0) ? `regexp_full_match(trim(coalesce(${columnAt(0)}, '')), ${literal(note)}, 's')` : 'false'} AS note`,
    `(${some.map((column) => `regexp_full_match(trim(coalesce(${column}, '')), ${literal(total)})`).join(' OR ')}) AS total`,
  ]
  const last = (sql: string) =>
    session.rows(`SELECT ${sql} FROM (SELECT * FROM ${copy} LIMIT ${tailRows} OFFSET ${Math.max(0, rowCount - tailRows)})`)
  const tail = await last(outputs.join(', '))
  const filled = tail.map(() => 0)
  for (const columns of inPortions(Array.from({ length: width }, (_, position) => columnAt(position)))) {
    // A list instead of a sum, because the engine limits how deeply an expression may nest.
    const counts = await last(`list_sum([${columns.map((column) => `(${column} IS NOT NULL)::INTEGER`).join(', ')}]) AS filled`)
    for (const [at, row] of counts.entries()) filled[at] = (filled[at] ?? 0) + Number(row.filled)
  }
  const rows = tail
    .map((row, at) => ({ isNote: filled[at] === 1 && row.note === true && row.total !== true, isTotal: row.total === true }))
    .reverse()
  const notes = width < 2 || rows.every(({ isNote }) => isNote) ? 0 : rows.findIndex(({ isNote }) => !isNote)
  const problems: string[] = []
  if (rows[notes]?.isTotal === true) {
    problems.push(
      `${notes === 0 ? 'The last row looks' : `The row above the last ${notes === 1 ? 'one' : notes} looks`} like a total of the others. It was kept as a row: leave it out of sums.`,
    )
  }
  if (notes > 0) {
    const which = notes === 1 ? 'The last row looks like a note' : `The last ${notes} rows look like notes`
    problems.push(
      `${which} under the table: only the first column holds anything. ${notes === 1 ? 'It was kept as a row' : 'They were kept as rows'}, and counted: take ${notes === 1 ? 'it' : 'them'} out of the file.`,
    )
  }
  return problems
}

/** How many rows of a repeated header are listed. */
const shownMax = 5

/**
 * Reports rows in which every column holds its own name: the header again. Rows are counted from the first row under the header.
 * @param names the columns' names, in the order of c0 …; all columns must be text.
 */
export async function repeatsHeader(session: EngineSession, copy: string, names: readonly string[]): Promise<string[]> {
  if (names.length < 2 || names.length > textsMax) return []
  const same = names.map((name, position) => `trim(${columnAt(position)}) = ${literal(name)}`).join(' AND ')
  const found = await session.rows(
    `SELECT row_at, count(*) OVER () AS n FROM (SELECT row_number() OVER () AS row_at, * FROM ${copy}) WHERE ${same} ORDER BY row_at LIMIT ${shownMax}`,
  )
  const count = Number(found[0]?.n ?? 0)
  if (count === 0) return []
  const shown = found.map(({ row_at: at }) => Number(at)).join(', ')
  const rows =
    count === 1 ? `Row ${shown} repeats` : count > shownMax ? `Rows ${shown} and ${count - shownMax} more repeat` : `Rows ${shown} repeat`
  return [
    `${rows} the header (counted from the first row under it), so that every column is text. ${count === 1 ? 'It was kept as a row' : 'They were kept as rows'}: take ${count === 1 ? 'it' : 'them'} out of the file, or publish each part as a file of its own.`,
  ]
}
