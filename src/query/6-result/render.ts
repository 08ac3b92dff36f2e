import type { Shape } from '../../connector/column.js'
import { timestampText } from '../../engine/sql/expression.js'
import { decimalScale, quote } from '../../engine/sql/type.js'

/** How a column's cells appear in JSON, the same throughout a result (API.graphql, Value). */
export type Encoding = 'BOOLEAN' | 'NUMBER' | 'STRING' | 'LIST' | 'OBJECT'

/** EXACT: INT64 and DECIMAL lose nothing. DOUBLE: every number a JSON number. */
export type Numbers = 'EXACT' | 'DOUBLE'

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

/** SQL that answers the whole page of `result` as one JSON text, made by the engine: no cell becomes a JavaScript value. */
export function renderSql(columns: readonly RenderColumn[], form: 'rows' | 'records', numbers: Numbers, limit: number): string {
  const [open, close] = form === 'rows' ? ['[', ']'] : ['{', '}']
  const cells = columns.map((column, index) => {
    const before = `${index === 0 ? open : ','}${form === 'rows' ? '' : `${JSON.stringify(column.name)}:`}`
    return `${quote(before)}, coalesce(${cellSql(`c${index}`, column, numbers)}, 'null')`
  })
  // One concat of all pieces: it takes two thirds of the time of as many `||`.
  const row = `concat(${cells.join(', ')}, ${quote(close)})`
  return `SELECT '[' || coalesce(string_agg(${row}, ',' ORDER BY rowid), '') || ']' AS text FROM result WHERE rowid < ${limit}`
}

/** One cell as JSON text, or SQL NULL. DuckDB's own to_json writes bare NaN, drops a decimal's zeros and puts a space into timestamps. */
function cellSql(sql: string, { shape, encoding }: RenderColumn, numbers: Numbers): string {
  const asString = (text: string) => `'"' || ${text} || '"'`
  switch (shape.type) {
    case 'STRING':
      return `CAST(to_json(${sql}) AS VARCHAR)`
    case 'BOOLEAN':
      return `CAST(${sql} AS VARCHAR)`
    case 'DOUBLE':
      return doubleSql(sql)
    case 'INT64':
      if (numbers === 'DOUBLE') return `CAST(${sql} AS VARCHAR)`
      return encoding === 'STRING' ? asString(`CAST(${sql} AS VARCHAR)`) : `CAST(${sql} AS VARCHAR)`
    case 'DECIMAL':
      // By its text: DuckDB's own cast of a wide negative decimal misses the nearest double.
      return numbers === 'DOUBLE' ? doubleSql(`CAST(${decimalText(sql, decimalScale(shape))} AS DOUBLE)`) : asString(decimalText(sql, decimalScale(shape)))
    case 'DATE':
      return `CASE WHEN isfinite(${sql}) THEN ${asString(`CAST(${sql} AS VARCHAR)`)} END`
    case 'TIME':
      return asString(`CAST(${sql} AS VARCHAR)`)
    case 'TIMESTAMP':
    case 'TIMESTAMPTZ':
      return `CASE WHEN isfinite(${sql}) THEN ${asString(timestampText(sql, shape.type))} END`
    case 'GEOMETRY':
    case 'JSON':
    case 'LIST':
      return `CASE WHEN ${isJson(sql)} THEN ${sql} ELSE CAST(to_json(${sql}) AS VARCHAR) END`
  }
}

/** Most decimals fit 18 digits, and those are written in a third of the time. */
function decimalText(sql: string, scale: number): string {
  const text = `CAST(${sql} AS VARCHAR)`
  return scale > 18 ? text : `coalesce(CAST(TRY_CAST(${sql} AS DECIMAL(18,${scale})) AS VARCHAR), ${text})`
}

/** A JSON number; NaN and the infinities are null. */
function doubleSql(sql: string): string {
  return `CASE WHEN isfinite(${sql}) THEN CAST(${sql} AS VARCHAR) END`
}

/** What is spliced into an answer must be JSON, whatever a spoke sent; DuckDB's own check lets NaN, infinities and a last comma pass. */
function isJson(sql: string): string {
  const bare = `regexp_replace(${sql}, '"(\\\\.|[^"\\\\])*"', '0', 'g')`
  return `json_valid(${sql}) AND NOT regexp_matches(${bare}, '(?i)nan|inf|,\\s*[\\]}]')`
}
