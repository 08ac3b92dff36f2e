import type { Shape } from '../../../src/connector/column.js'
import { literalSql } from '../../../src/engine/sql/expression.js'

/** A text as SQL. A zero character cannot be written in a literal. */
const textSql = (value: string) =>
  value
    .split('\0')
    .map((part) => literalSql({ kind: 'literal', shape: { type: 'STRING' }, value: part }))
    .join(' || chr(0) || ')

/** A table expression of values of one shape, given as canonical texts, in their order: `c0` counts them, `c1` has them. */
export function valuesSql(shape: Shape, values: readonly (string | null)[]): string {
  const rows = values.map((value, index) => {
    const sql = shape.type === 'STRING' && value !== null ? textSql(value) : literalSql({ kind: 'literal', shape, value })
    return `(${index}, ${sql})`
  })
  return `(VALUES ${rows.join(', ')}) AS t(c0, c1)`
}
