import type { KnownColumn } from '../conversion.js'
import type { Decision } from '../typing/decision.js'
import { emptyAs } from '../typing/demand.js'

/**
 * The types of a text that holds a header and no rows: a column has the type that it had at the last harvest, so that a list which is empty
 * today does not change what may be asked of it.
 * @param decisions what the columns are by themselves, or by demand. @param names in their order. @param isDemanded whether its publisher
 * asks for a column's type.
 */
export function typesOfBefore(
  decisions: readonly Decision[],
  names: readonly string[],
  known: readonly KnownColumn[],
  isDemanded: (name: string) => boolean,
): Decision[] {
  const before = new Map(known.map((column) => [column.name, column]))
  return decisions.map((decision, position) => {
    const name = names[position] as string
    const column = before.get(name)
    if (column === undefined || isDemanded(name)) return decision
    const { type, scale } = column
    if (type === 'DECIMAL') return { shape: { type, scale: scale ?? 0 }, sql: `CAST(NULL AS DECIMAL(38, ${scale ?? 0}))` }
    return emptyAs(decision, type, 'NULL')
  })
}
