import type { Shape } from '../../connector/column.js'
import type { Normalisation } from '../../connector/relation.js'

/** Stand-in until the real one is merged. */
export function normaliseSql(_as: Normalisation, sql: string, _from: Shape): string {
  return sql
}
