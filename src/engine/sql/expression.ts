import type { Shape } from '../../connector/column.js'
import type { Expression, Literal } from '../../connector/relation.js'
import { shapeOf } from '../../connector/shapes.js'
import { maskSql } from './mask.js'
import { normaliseSql } from './normalise.js'
import { decimalOfDouble } from './decimal-of-double.js'
import { decimalText } from './decimal-text.js'
import { readText } from './read-text.js'
import { timestampText } from './timestamp-text.js'
import { decimalScale, integer, quote, sqlType } from './type.js'

/** The SQL of a scalar expression over an input with columns c0 … cn. */
export function expressionSql(expression: Expression, input: readonly Shape[]): string {
  switch (expression.kind) {
    case 'column':
      return `c${integer(expression.index)}`
    case 'literal':
      return literalSql(expression)
    case 'cast':
      return convertSql(expression.input, expression.to, input)
    case 'bucket':
      return bucketSql(expression, input)
    case 'normalise':
      return normaliseSql(expression.as, expressionSql(expression.input, input), shapeOf(expression.input, input))
    case 'mask':
      return maskSql(expression.as, expressionSql(expression.input, input), shapeOf(expression.input, input))
    case 'mean':
      return meanSql(
        expressionSql(expression.sum, input),
        expressionSql(expression.count, input),
        shapeOf(expression.sum, input),
        expression.shape,
      )
  }
}

/** A literal, cast from its canonical text to its type. */
export function literalSql({ shape, value }: Literal): string {
  const text = value === null ? 'NULL' : quote(value)
  return shape.type === 'STRING' && value !== null ? text : `CAST(${text} AS ${sqlType(shape)})`
}

function convertSql(of: Expression, to: Shape, input: readonly Shape[]): string {
  const from = shapeOf(of, input)
  const sql = expressionSql(of, input)
  if (from.type === to.type && from.scale === to.scale) return sql
  if (to.type === 'STRING' && (from.type === 'TIMESTAMP' || from.type === 'TIMESTAMPTZ')) return timestampText(sql, from.type)
  if (from.type === 'STRING') return readText(sql, to)
  if (from.type === 'DOUBLE' && to.type === 'DECIMAL') return decimalOfDouble(sql, to)
  if (from.type === 'DECIMAL' && to.type === 'STRING') return decimalText(sql, decimalScale(from))
  return `CAST(${sql} AS ${sqlType(to)})`
}

function bucketSql(bucket: Extract<Expression, { kind: 'bucket' }>, input: readonly Shape[]): string {
  const sql = expressionSql(bucket.input, input)
  const local = shapeOf(bucket.input, input).type === 'TIMESTAMPTZ' ? `(${sql} AT TIME ZONE ${quote(bucket.timeZone)})` : sql
  return `CAST(date_trunc(${quote(bucket.granularity.toLowerCase())}, ${local}) AS DATE)`
}

/**
 * An exact mean as DECIMAL, rounded half to even: divides the digits of the sum, extended by as many zeros as the mean has more digits, as
 * integers. DuckDB's `/` on decimals returns DOUBLE; its `//` and `%` truncate towards zero. The lambda names the digits once: repeating
 * them five times would take longer to bind than the rest of a small query.
 */
function meanSql(sum: string, count: string, sumShape: Shape, shape: Shape): string {
  if (shape.type !== 'DECIMAL') return `(CAST(${sum} AS DOUBLE) / nullif(${count}, 0))`
  const scale = decimalScale(shape)
  const digits = `CAST(replace(CAST(${sum} AS VARCHAR), '.', '') || ${quote('0'.repeat(scale - decimalScale(sumShape)))} AS HUGEINT)`
  // Rounds away from zero where twice the remainder exceeds the count, or equals it and the quotient is odd.
  const away = `CASE WHEN abs(d % ${count}) * 2 + abs(d // ${count}) % 2 > ${count} THEN sign(d) ELSE 0 END`
  const one = `CAST(${quote(scale === 0 ? '1' : `0.${'1'.padStart(scale, '0')}`)} AS ${sqlType(shape)})`
  return `CASE WHEN ${count} = 0 THEN NULL ELSE list_transform([${digits}], lambda d: CAST(d // ${count} + ${away} AS DECIMAL(38,0)) * ${one})[1] END`
}
