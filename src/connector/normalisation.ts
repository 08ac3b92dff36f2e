import type { ColumnType, Shape } from './column.js'
import type { Normalisation } from './relation.js'

const numbers: readonly ColumnType[] = ['INT64', 'DECIMAL', 'DOUBLE']

/** The types whose values can be the thing. */
const accepted: Readonly<Record<Normalisation, readonly ColumnType[]>> = {
  TEXT: ['STRING', 'BOOLEAN', ...numbers, 'DATE', 'TIME', 'TIMESTAMP', 'TIMESTAMPTZ'],
  UPRN: ['STRING', ...numbers],
  POSTCODE: ['STRING'],
  NUMBER: numbers,
}

/** Whether values of this shape can be compared as that. */
export function acceptsShape(as: Normalisation, { type }: Shape): boolean {
  return accepted[as].includes(type)
}

/** The shape of the canonical key. */
export function normalisedShape(as: Normalisation): Shape {
  return { type: as === 'UPRN' ? 'INT64' : 'STRING' }
}
