import type { ColumnDescription } from '../../../src/connector/column.js'
import type { EngineSession } from '../../../src/connector/engine.js'
import { columnAt } from '../engine-sql.js'
import { pointsToPerson } from './personal.js'
import { rules } from './rules.js'

/**
 * Marks the columns whose name says a person's and of which no value was seen. For a source whose rows change after they were looked at; in a
 * file, which is served as it was read, an empty column is nobody's.
 */
export async function markUnseen(session: EngineSession, sample: string, columns: readonly ColumnDescription[]): Promise<ColumnDescription[]> {
  const [row = {}] = await session.rows(`SELECT ${columns.map((_, position) => `count(${columnAt(position)}) AS ${columnAt(position)}`).join(', ')} FROM ${sample}`)
  return columns.map((column, position) =>
    Number(row[columnAt(position)]) === 0 && column.sensitivity === 'NONE' && saysPerson(column) ? { ...column, sensitivity: 'PERSONAL' } : column,
  )
}

function saysPerson({ name, type }: ColumnDescription): boolean {
  const letters = name.toLowerCase().replace(/[^a-z0-9]/g, '')
  return rules.some((rule) => rule.types.includes(type) && pointsToPerson(rule.semanticType) && rule.name.test(letters))
}
