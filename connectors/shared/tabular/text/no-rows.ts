import type { KnownColumn } from '../conversion.js'
import type { Decision } from '../typing/decision.js'
import { emptyAs } from '../typing/demand.js'

/**
 * The types for a text with a header but no rows. A column keeps its type of the last harvest, so that a list that is empty today can be
 * queried as before.
 * @param decisions the columns' own types, or the types asked for.
 * @param names in their order.
 * @param isDemanded whether the publisher asks for a type of the column.
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
