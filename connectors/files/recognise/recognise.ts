import type { ColumnDescription } from '../../../src/connector/column.js'
import type { EngineSession } from '../../../src/connector/engine.js'

export function recognise(_session: EngineSession, _copy: string, columns: ColumnDescription[]): Promise<ColumnDescription[]> {
  return Promise.resolve(columns)
}
