import type { ColumnDescription } from '../../../src/connector/column.js'
import type { EngineSession } from '../../../src/connector/engine.js'
import { columnAt } from '../engine-sql.js'
import { saysPerson } from './recognise.js'

/**
 * Marks the columns that are named like personal data and had no sampled values. For sources whose rows may change after the sample. A file
 * is served as it was read, so there an empty column is not personal.
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
