import type { Shape } from '../../connector/column.js'
import type { Encoding, Numbers, RowFormat } from '../../connector/engine.js'
import { timestampText } from '../sql/expression.js'
import { decimalScale, quote, sqlType } from '../sql/type.js'

/** A column of `result`, as it is to be written. */
export interface RenderColumn {
  readonly name: string
  readonly shape: Shape
  readonly encoding: Encoding
}

/** The encoding of a shape; `wide` says that an INT64 column has a value beyond 2^53. */
export function encodingOf(shape: Shape, wide: boolean): Encoding {
  switch (shape.type) {
    case 'BOOLEAN':
      return 'BOOLEAN'
    case 'INT64':
      return wide ? 'STRING' : 'NUMBER'
    case 'DOUBLE':
      return 'NUMBER'
    case 'LIST':
      return 'LIST'
    case 'GEOMETRY':
    case 'JSON':
      return 'OBJECT'
    default:
      return 'STRING'
  }
}

/** What stands in the table `result`, of which the first rows are the page. */
export interface Page {
  readonly rows: number
  readonly rowCount: number
}

/** Stretches longer than this are halved, for two cores to write side by side; a page of no more rows is small. */
const stretchRowsMax = 1000
/** Bytes of the texts of a small page: it is one string for a moment. */
const smallBytesMax = 4 * 1024 * 1024
/** Bytes of one page's texts. */
export const pageBytesMax = 64 * 1024 * 1024

/** A page as a table expression. */
export function pageSql({ rows, rowCount }: Page): string {
  return rows === rowCount ? 'result' : `result WHERE rowid < ${rowCount}`
}

/**
 * SQL that answers the page as JSON text, made by the engine: no cell becomes a JavaScript value. Each row of the answer is one stretch of
 * the page as UTF-8, without the brackets around the page, in their order. A table of so few rows as make one stretch is read in order by
 * one thread.
 */
export function renderSql(columns: readonly RenderColumn[], format: RowFormat, numbers: Numbers, page: Page): string {
  const row = rowSql(columns, format, numbers)
  if (page.rows <= stretchRowsMax) return `SELECT encode(string_agg(${row}, ',')) AS text FROM ${pageSql(page)}`
  const { rowCount } = page
  const middle = rowCount > stretchRowsMax ? Math.ceil(rowCount / 2) : rowCount
  const stretches = [
    { from: 0, to: middle },
    { from: middle, to: rowCount },
  ].filter(({ from, to }) => from < to)
  const texts = stretches.map(
    ({ from, to }, stretch) =>
      `SELECT ${stretch} AS stretch, encode(string_agg(${row}, ',' ORDER BY rowid)) AS text FROM result WHERE rowid >= ${from} AND rowid < ${to}`,
  )
  return `SELECT text FROM (${texts.join(' UNION ALL ')}) ORDER BY stretch`
}

/**
 * A statement that writes the page of a query as JSON text at once, where it is small: it answers `rows`, one more than the limit at most,
 * and `text`, as `renderSql` writes a page; null where a row is long, or an INT64 passes 2^53. Undefined where so many rows are asked for
 * as are not a small page.
 */
export function smallPageSql(columns: readonly RenderColumn[], format: RowFormat, limit: number): ((rows: string) => string) | undefined {
  if (limit > stretchRowsMax) return undefined
  const cellsOf = (wanted: (shape: Shape) => boolean) => columns.flatMap(({ shape }, index) => (wanted(shape) ? [`c${index}`] : []))
  const integers = cellsOf(({ type }) => type === 'INT64').join(', ')
  const lengths = cellsOf((shape) => sqlType(shape) === 'VARCHAR').map((cell) => `strlen(${cell})`)
  const cellBytesMax = Math.floor(smallBytesMax / (limit + 1) / columns.length)
  // Both pass over NULL, and are NULL of nothing else.
  const passed = [
    ...(integers === '' ? [] : [`greatest(${integers}) > ${Number.MAX_SAFE_INTEGER}`, `least(${integers}) < ${Number.MIN_SAFE_INTEGER}`]),
    ...(lengths.length === 0 ? [] : [`greatest(${lengths.join(', ')}) > ${cellBytesMax}`]),
  ]
  const row = rowSql(columns, format, 'EXACT')
  const text = passed.length === 0 ? row : `CASE WHEN ${passed.join(' OR ')} THEN NULL ELSE ${row} END`
  return (rows) => {
    // A limit gives its rows in their order, one after the other, and so they are written.
    const written = `SELECT row_number() OVER () AS place, ${text} AS text FROM (SELECT * FROM (${rows}) LIMIT ${limit + 1})`
    const page = `coalesce(string_agg(text, ',') FILTER (place <= ${limit}), '')`
    return `SELECT count(*) AS rows, CASE WHEN count(text) = count(*) THEN ${page} END AS text FROM (${written})`
  }
}

function rowSql(columns: readonly RenderColumn[], format: RowFormat, numbers: Numbers): string {
  return columns.every(({ shape }) => isScalar(shape)) ? scalarsSql(columns, format, numbers) : cellsSql(columns, format, numbers)
}

/** Whether a cell is one value of JSON, and not a text of JSON itself. */
function isScalar({ type }: Shape): boolean {
  return type !== 'GEOMETRY' && type !== 'JSON' && type !== 'LIST'
}

/** A row of scalars by DuckDB's own function, in half the time of the text of each cell. */
function scalarsSql(columns: readonly RenderColumn[], format: RowFormat, numbers: Numbers): string {
  const cells = columns.map(
    (column, index) => `${format === 'rows' ? '' : `${quote(column.name)}, `}${scalarSql(`c${index}`, column, numbers)}`,
  )
  return `CAST(${format === 'rows' ? 'json_array' : 'json_object'}(${cells.join(', ')}) AS VARCHAR)`
}

/** A row as the concatenation of its cells' texts: what is JSON already stays as it was written. */
function cellsSql(columns: readonly RenderColumn[], format: RowFormat, numbers: Numbers): string {
  const [open, close] = format === 'rows' ? ['[', ']'] : ['{', '}']
  const cells = columns.map((column, index) => {
    const before = `${index === 0 ? open : ','}${format === 'rows' ? '' : `${JSON.stringify(column.name)}:`}`
    return `${quote(before)}, coalesce(${cellSql(`c${index}`, column, numbers)}, 'null')`
  })
  // One concat of all pieces: it takes two thirds of the time of as many `||`.
  return `concat(${cells.join(', ')}, ${quote(close)})`
}

/** One cell as JSON text, or SQL NULL. */
function cellSql(sql: string, column: RenderColumn, numbers: Numbers): string {
  if (isScalar(column.shape)) return `CAST(to_json(${scalarSql(sql, column, numbers)}) AS VARCHAR)`
  return `CASE WHEN ${isJson(sql)} THEN ${sql} ELSE CAST(to_json(${sql}) AS VARCHAR) END`
}

/**
 * A scalar as the value that DuckDB writes as it should stand in JSON. As they are, it writes bare NaN, drops a decimal's zeros and puts a
 * space into timestamps.
 */
function scalarSql(sql: string, { shape, encoding }: RenderColumn, numbers: Numbers): string {
  switch (shape.type) {
    case 'DOUBLE':
      return finiteSql(sql)
    case 'INT64':
      return numbers === 'EXACT' && encoding === 'STRING' ? `CAST(${sql} AS VARCHAR)` : sql
    case 'DECIMAL':
      // By its text: DuckDB's own cast of a wide negative decimal misses the nearest double.
      return numbers === 'DOUBLE' ? `CAST(${decimalText(sql, decimalScale(shape))} AS DOUBLE)` : decimalText(sql, decimalScale(shape))
    case 'DATE':
      return `CAST(${finiteSql(sql)} AS VARCHAR)`
    case 'TIME':
      return `CAST(${sql} AS VARCHAR)`
    case 'TIMESTAMP':
    case 'TIMESTAMPTZ':
      return `CASE WHEN isfinite(${sql}) THEN ${timestampText(sql, shape.type)} END`
    default:
      return sql
  }
}

/** Most decimals fit 18 digits, and those are written in a third of the time. */
function decimalText(sql: string, scale: number): string {
  const text = `CAST(${sql} AS VARCHAR)`
  return scale > 18 ? text : `coalesce(CAST(TRY_CAST(${sql} AS DECIMAL(18,${scale})) AS VARCHAR), ${text})`
}

/** NaN and the infinities are null. */
function finiteSql(sql: string): string {
  return `CASE WHEN isfinite(${sql}) THEN ${sql} END`
}

/** What is spliced into an answer must be JSON, whatever a spoke sent; DuckDB's own check lets NaN, infinities and a last comma pass. */
function isJson(sql: string): string {
  const bare = `regexp_replace(${sql}, '"(\\\\.|[^"\\\\])*"', '0', 'g')`
  return `json_valid(${sql}) AND NOT regexp_matches(${bare}, '(?i)nan|inf|,\\s*[\\]}]')`
}
