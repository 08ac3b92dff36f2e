import type { Shape } from '../../connector/column.js'
import { sqlType } from '../sql/type.js'

/**
 * The SQL of the bytes of all texts of a relation's rows, as DOUBLE: an aggregate over c0 … cn. A list and no chain of `+`: the engine limits
 * how deep an expression is, and a chain of 1,000 is too deep.
 */
export function textBytesSql(columns: readonly { readonly shape: Shape }[]): string {
  const texts = columns.flatMap(({ shape }, index) => (sqlType(shape) === 'VARCHAR' ? [`sum(strlen(c${index}))`] : []))
  return texts.length === 0 ? 'CAST(0 AS DOUBLE)' : `CAST(coalesce(list_sum([${texts.join(', ')}]), 0) AS DOUBLE)`
}
