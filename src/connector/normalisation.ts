import type { ColumnType, Shape } from './column.js'
import type { Normalisation } from './relation.js'

const numbers: readonly ColumnType[] = ['INT64', 'DECIMAL', 'DOUBLE']
const accepted: Record<Normalisation, readonly ColumnType[]> = {
  TEXT: ['STRING', ...numbers, 'BOOLEAN', 'DATE', 'TIME', 'TIMESTAMP', 'TIMESTAMPTZ'],
  UPRN: ['STRING', ...numbers],
  POSTCODE: ['STRING'],
  NUMBER: numbers,
}

/** Whether values of this shape can be read as such a key. */
export function acceptsShape(as: Normalisation, { type }: Shape): boolean {
  return accepted[as].includes(type)
}

/** The shape of a key that was read so. */
export function normalisedShape(as: Normalisation): Shape {
  return { type: as === 'UPRN' ? 'INT64' : 'STRING' }
}
