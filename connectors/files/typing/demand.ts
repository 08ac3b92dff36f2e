import type { ColumnType } from '../../../src/connector/column.js'
import type { Decision } from './decide.js'

/**
 * Meets the type that `catalogue.yaml` demands of a column where no value is lost by it; else keeps what the values are, and tells.
 * @param text how the column reads as text. @param scaleMost the most digits after the point, where the column holds plain numbers.
 */
export function meetDemand(found: Decision, demanded: ColumnType | undefined, text: string, scaleMost?: number): Decision {
  const { type } = found.shape
  if (demanded === undefined) return found
  // Who says what a column is says what its commas are.
  const { commas: _commas, ...decision } = found
  if (demanded === type) return decision
  const { problem: _, ...rest } = decision
  if (demanded === 'STRING') return { ...rest, shape: { type: 'STRING' }, sql: text }
  const cast = (as: string) => `CAST(${decision.sql} AS ${as})`
  if (demanded === 'DOUBLE' && (type === 'INT64' || type === 'DECIMAL')) return { ...decision, shape: { type: 'DOUBLE' }, sql: cast('DOUBLE') }
  if (demanded === 'DECIMAL' && type === 'INT64') return { ...decision, shape: { type: 'DECIMAL', scale: 0 }, sql: cast('DECIMAL(38, 0)') }
  if (demanded === 'DECIMAL' && type === 'DOUBLE' && scaleMost !== undefined && scaleMost <= 10 && decision.plain !== undefined) {
    return { ...decision, shape: { type: 'DECIMAL', scale: scaleMost }, sql: `CAST(${decision.plain} AS DECIMAL(38, ${scaleMost}))` }
  }
  if (demanded === 'TIMESTAMP' && type === 'DATE') return { ...decision, shape: { type: 'TIMESTAMP' }, sql: cast('TIMESTAMP') }
  return { ...decision, problem: `the catalogue asks for ${demanded}, but not all of its values are; read as ${type}.` }
}
