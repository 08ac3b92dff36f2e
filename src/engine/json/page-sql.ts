import type { Shape } from '../../connector/column.js'
import type { Encoding, Numbers, RowFormat } from '../../connector/engine.js'
import { decimalText } from '../sql/decimal-text.js'
import { timestampText } from '../sql/timestamp-text.js'
import { decimalScale, quote, sqlType } from '../sql/type.js'

/** A column of `result`, and how it is written. */
export interface RenderColumn {
  readonly name: string
  readonly shape: Shape
  readonly encoding: Encoding
}

/** The encoding of a shape. @param wide whether an INT64 column has a value beyond 2^53. */
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

/** The rows of the table `result`, and how many of them, from the first, are the page. */
export interface Page {
  readonly rows: number
  readonly rowCount: number
}

/** Longer pages are split in two, so that two cores write them side by side. Shorter ones are small pages. */
const stretchRowsMax = 1000
/** The most bytes of text in a small page, which becomes one JavaScript string. */
const smallBytesMax = 4 * 1024 * 1024
/** The most bytes of text in one page. */
export const pageBytesMax = 64 * 1024 * 1024

/** A page as a table expression. */
export function pageSql({ rows, rowCount }: Page): string {
  return rows === rowCount ? 'result' : `result WHERE rowid < ${rowCount}`
}

/**
 * SQL that returns the page as JSON text. The engine writes it, so no cell becomes a JavaScript value. Each row is one stretch of the page
 * in UTF-8, in order, without the brackets around the page. A short table is one stretch, which one thread reads in order.
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
 * A statement that writes the small page of a query as JSON text. It returns `rows`, at most one more than the limit, and `text`, in the
 * format of `renderSql`. `text` is null where a row is long or an INT64 is beyond 2^53. Undefined where the limit is too high for a small
 * page.
 */
export function smallPageSql(columns: readonly RenderColumn[], format: RowFormat, limit: number): ((rows: string) => string) | undefined {
  if (limit > stretchRowsMax) return undefined
  const cellsOf = (wanted: (shape: Shape) => boolean) => columns.flatMap(({ shape }, index) => (wanted(shape) ? [`c${index}`] : []))
  const integers = cellsOf(({ type }) => type === 'INT64').join(', ')
  const lengths = cellsOf((shape) => sqlType(shape) === 'VARCHAR').map((cell) => `strlen(${cell})`)
  const cellBytesMax = Math.floor(smallBytesMax / (limit + 1) / columns.length)
  // greatest and least ignore NULLs, and return NULL only if all arguments are NULL.
  const passed = [
    ...(integers === '' ? [] : [`greatest(${integers}) > ${Number.MAX_SAFE_INTEGER}`, `least(${integers}) < ${Number.MIN_SAFE_INTEGER}`]),
    ...(lengths.length === 0 ? [] : [`greatest(${lengths.join(', ')}) > ${cellBytesMax}`]),
  ]
  const row = rowSql(columns, format, 'EXACT')
  const text = passed.length === 0 ? row : `CASE WHEN ${passed.join(' OR ')} THEN NULL ELSE ${row} END`
  return (rows) => {
    // LIMIT keeps the order of its input and emits rows one after the other, so the row numbers follow that order.
    const written = `SELECT row_number() OVER () AS place, ${text} AS text FROM (SELECT * FROM (${rows}) LIMIT ${limit + 1})`
    const page = `coalesce(string_agg(text, ',') FILTER (place <= ${limit}), '')`
    return `SELECT count(*) AS rows, CASE WHEN count(text) = count(*) THEN ${page} END AS text FROM (${written})`
  }
}

/** A row as JSON text. @param cells the SQL of its cells. Default: c0 … cn. */
export function rowSql(
  columns: readonly RenderColumn[],
  format: RowFormat,
  numbers: Numbers,
  cells = columns.map((_, index) => `c${index}`),
): string {
  const write = columns.every(({ shape }) => isScalar(shape)) ? scalarsSql : cellsSql
  return write(columns, format, numbers, cells)
}

/** Whether a cell is a scalar. Other cells already hold JSON text. */
function isScalar({ type }: Shape): boolean {
  return type !== 'GEOMETRY' && type !== 'JSON' && type !== 'LIST'
}

/** A row of scalars, written by DuckDB's own function: it takes half the time of writing each cell. */
function scalarsSql(columns: readonly RenderColumn[], format: RowFormat, numbers: Numbers, cells: readonly string[]): string {
  const written = columns.map(
    (column, index) => `${format === 'rows' ? '' : `${quote(column.name)}, `}${scalarSql(cells[index] as string, column, numbers)}`,
  )
  return `CAST(${format === 'rows' ? 'json_array' : 'json_object'}(${written.join(', ')}) AS VARCHAR)`
}

/** A row as the concatenation of its cells' texts. Cells that hold JSON are copied unchanged. */
function cellsSql(columns: readonly RenderColumn[], format: RowFormat, numbers: Numbers, cells: readonly string[]): string {
  const [open, close] = format === 'rows' ? ['[', ']'] : ['{', '}']
  const written = columns.map((column, index) => {
    const before = `${index === 0 ? open : ','}${format === 'rows' ? '' : `${JSON.stringify(column.name)}:`}`
    return `${quote(before)}, coalesce(${cellSql(cells[index] as string, column, numbers)}, 'null')`
  })
  // One concat of all pieces takes two thirds of the time of `||` between them.
  return `concat(${written.join(', ')}, ${quote(close)})`
}

/** A cell as JSON text, or SQL NULL. */
function cellSql(sql: string, column: RenderColumn, numbers: Numbers): string {
  if (isScalar(column.shape)) return `CAST(to_json(${scalarSql(sql, column, numbers)}) AS VARCHAR)`
  return jsonSql(sql)
}

/** Text that should be JSON, as `json` has it; another text as a JSON string. Null stays null. */
export function jsonSql(sql: string, json = sql): string {
  return `CASE WHEN ${isJson(sql)} THEN ${json} ELSE CAST(to_json(${sql}) AS VARCHAR) END`
}

/**
 * A scalar, converted so that DuckDB writes it correctly as JSON. Unconverted, DuckDB writes a bare NaN, drops a decimal's trailing zeros,
 * and puts a space into timestamps.
 */
export function scalarSql(sql: string, { shape, encoding }: RenderColumn, numbers: Numbers): string {
  switch (shape.type) {
    case 'DOUBLE':
      return finiteSql(sql)
    case 'INT64':
      return numbers === 'EXACT' && encoding === 'STRING' ? `CAST(${sql} AS VARCHAR)` : sql
    case 'DECIMAL':
      // Cast by way of text: DuckDB's own cast of a wide negative decimal does not return the nearest double.
      return numbers === 'DOUBLE'
        ? `CAST(${shortDecimalText(sql, decimalScale(shape))} AS DOUBLE)`
        : shortDecimalText(sql, decimalScale(shape))
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

/** Casts to 18 digits first: most decimals fit, one of them before the point, and those are written in a third of the time. */
function shortDecimalText(sql: string, scale: number): string {
  const text = decimalText(sql, scale)
  return scale > 17 ? text : `coalesce(CAST(TRY_CAST(${sql} AS DECIMAL(18,${scale})) AS VARCHAR), ${text})`
}

/** Replaces NaN and the infinities by null. */
function finiteSql(sql: string): string {
  return `CASE WHEN isfinite(${sql}) THEN ${sql} END`
}

/**
 * Whether a text is JSON. A spoke's text is copied into the answer, so it must be valid. DuckDB's own check accepts NaN, infinities and a
 * trailing comma.
 */
function isJson(sql: string): string {
  const bare = `regexp_replace(${sql}, '"(\\\\.|[^"\\\\])*"', '0', 'g')`
  return `json_valid(${sql}) AND NOT regexp_matches(${bare}, '(?i)nan|inf|,\\s*[\\]}]')`
}
