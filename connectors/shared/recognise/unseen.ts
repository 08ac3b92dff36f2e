import type { ColumnDescription } from '../../../src/connector/column.js'
import type { EngineSession } from '../../../src/connector/engine.js'
import { columnAt } from '../engine-sql.js'
import { saysPerson } from './recognise.js'

/**
 * Marks the columns whose name says a person's and of which no value was seen. For a source whose rows change after they were looked at; in
 * a file, which is served as it was read, an empty column is nobody's.
 */
export async function markUnseen(
  session: EngineSession,
  sample: string,
  columns: readonly ColumnDescription[],
): Promise<ColumnDescription[]> {
  const [row = {}] = await session.rows(
    `SELECT ${columns.map((_, position) => `count(${columnAt(position)}) AS ${columnAt(position)}`).join(', ')} FROM ${sample}`,
  )
  return columns.map((column, position) =>
    Number(row[columnAt(position)]) === 0 && column.sensitivity === 'NONE' && saysPerson(column)
      ? { ...column, sensitivity: 'PERSONAL' }
      : column,
  )
}
