import type { Shape } from '../../connector/column.js'
import type { Expression, Literal } from '../../connector/relation.js'
import { shapeOf } from '../../connector/shapes.js'
import { decimalScale, integer, quote, sqlType } from './type.js'

/** A scalar expression over an input whose columns are c0 … cn. */
export function expressionSql(expression: Expression, input: readonly Shape[]): string {
  switch (expression.kind) {
    case 'column':
      return `c${integer(expression.index)}`
    case 'literal':
      return literalSql(expression)
    case 'convert':
      return convertSql(expression.input, expression.to, input)
    case 'bucket':
      return bucketSql(expression, input)
    case 'mean':
      return meanSql(expressionSql(expression.sum, input), expressionSql(expression.count, input), shapeOf(expression.sum, input), expression.shape)
  }
}

/** A literal, cast to its type from its canonical text. */
export function literalSql({ shape, value }: Literal): string {
  const text = value === null ? 'NULL' : quote(value)
  return shape.type === 'STRING' && value !== null ? text : `CAST(${text} AS ${sqlType(shape)})`
}

function convertSql(of: Expression, to: Shape, input: readonly Shape[]): string {
  const from = shapeOf(of, input)
  const sql = expressionSql(of, input)
  if (from.type === to.type && from.scale === to.scale) return sql
  if (to.type === 'STRING' && (from.type === 'TIMESTAMP' || from.type === 'TIMESTAMPTZ')) return timestampText(sql, from.type)
  return `CAST(${sql} AS ${sqlType(to)})`
}

/** ISO 8601, `T` between date and time; an instant in UTC with `Z`. */
export function timestampText(sql: string, type: 'TIMESTAMP' | 'TIMESTAMPTZ'): string {
  const local = type === 'TIMESTAMPTZ' ? `(${sql} AT TIME ZONE 'UTC')` : sql
  return `(replace(CAST(${local} AS VARCHAR), ' ', 'T')${type === 'TIMESTAMPTZ' ? " || 'Z'" : ''})`
}

function bucketSql(bucket: Extract<Expression, { kind: 'bucket' }>, input: readonly Shape[]): string {
  const sql = expressionSql(bucket.input, input)
  const local = shapeOf(bucket.input, input).type === 'TIMESTAMPTZ' ? `(${sql} AT TIME ZONE ${quote(bucket.timeZone)})` : sql
  return `CAST(date_trunc(${quote(bucket.granularity.toLowerCase())}, ${local}) AS DATE)`
}

/**
 * Exact for DECIMAL: whole-number arithmetic on the unscaled sum with six more digits, rounded half to even. DuckDB's own division of
 * decimals is DOUBLE, and `//` and `%` truncate towards zero.
 */
function meanSql(sum: string, count: string, sumShape: Shape, shape: Shape): string {
  if (shape.type !== 'DECIMAL') return `(CAST(${sum} AS DOUBLE) / nullif(${count}, 0))`
  const scale = decimalScale(shape)
  const extra = scale - decimalScale(sumShape)
  const unscaled = `(CAST(replace(CAST(${sum} AS VARCHAR), '.', '') AS HUGEINT) * CAST(${quote(`1${'0'.repeat(extra)}`)} AS HUGEINT))`
  const by = `CAST(${count} AS HUGEINT)`
  const twice = `(abs(${unscaled} % ${by}) * 2)`
  const even = `(${unscaled} // ${by}) % 2 = 0`
  const away = `CASE WHEN ${unscaled} < 0 THEN -1 ELSE 1 END`
  const rounded = `(${unscaled} // ${by}) + CASE WHEN ${twice} > ${by} OR (${twice} = ${by} AND NOT (${even})) THEN ${away} ELSE 0 END`
  const digits = `lpad(CAST(abs(${rounded}) AS VARCHAR), ${Math.max(scale + 1, 1)}, '0')`
  const padded = `CASE WHEN length(CAST(abs(${rounded}) AS VARCHAR)) > ${scale + 1} THEN CAST(abs(${rounded}) AS VARCHAR) ELSE ${digits} END`
  const text = scale === 0 ? padded : `left(${padded}, -${scale}) || '.' || right(${padded}, ${scale})`
  return `CASE WHEN ${count} = 0 THEN NULL ELSE CAST(CASE WHEN ${rounded} < 0 THEN '-' ELSE '' END || ${text} AS ${sqlType(shape)}) END`
}
