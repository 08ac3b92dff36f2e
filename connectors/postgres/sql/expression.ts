import type { Shape } from '../../../src/connector/column.js'
import type { Expression, Literal } from '../../../src/connector/relation.js'
import { shapeOf } from '../../../src/connector/shapes.js'
import { integer } from '../../shared/database/integer.js'
import { quoteText, typeName } from './text.js'

/** A scalar expression over an input whose columns are c0 … cn. Only what `exact.ts` lets through comes here. */
export function expressionSql(expression: Expression, input: readonly Shape[]): string {
  switch (expression.kind) {
    case 'column':
      return `c${integer(expression.index)}`
    case 'literal':
      return literalSql(expression)
    case 'cast': {
      const from = shapeOf(expression.input, input)
      const sql = expressionSql(expression.input, input)
      const { to } = expression
      return from.type === to.type && from.scale === to.scale ? sql : `CAST(${sql} AS ${typeName(to)})`
    }
    case 'bucket':
      return bucketSql(expression, input)
    case 'normalise':
    case 'mask':
      throw new Error('not among what is exact')
    case 'mean':
      return meanSql(expressionSql(expression.sum, input), expressionSql(expression.count, input), expression.shape)
  }
}

/** A literal, cast to its type from its canonical text. */
export function literalSql({ shape, value }: Literal): string {
  return `CAST(${value === null ? 'NULL' : quoteText(value)} AS ${typeName(shape)})`
}

function bucketSql(bucket: Extract<Expression, { kind: 'bucket' }>, input: readonly Shape[]): string {
  const sql = expressionSql(bucket.input, input)
  const zoned = shapeOf(bucket.input, input).type === 'TIMESTAMPTZ'
  const local = zoned ? `(${sql} AT TIME ZONE ${quoteText(bucket.timeZone)})` : `CAST(${sql} AS timestamp)`
  return `CAST(date_trunc(${quoteText(bucket.granularity.toLowerCase())}, ${local}) AS date)`
}

/** Exact for DECIMAL, half to even: PostgreSQL's own division rounds half away from zero, after some digits of its own choice. */
function meanSql(sum: string, count: string, shape: Shape): string {
  if (shape.type !== 'DECIMAL') return `(${sum} / CAST(nullif(${count}, 0) AS double precision))`
  const scale = shape.scale ?? 0
  const digits = `(${sum} * 1${'0'.repeat(scale)})`
  const divisor = `nullif(${count}, 0)`
  const whole = `div(${digits}, ${divisor})`
  // Twice the rest passes the count, or meets it where the quotient is odd.
  const away = `CASE WHEN abs(mod(${digits}, ${divisor})) * 2 + mod(abs(${whole}), 2) > ${count} THEN sign(${digits}) ELSE 0 END`
  const unit = scale === 0 ? '1' : `0.${'1'.padStart(scale, '0')}`
  return `CAST((${whole} + ${away}) * ${unit} AS ${typeName(shape)})`
}
