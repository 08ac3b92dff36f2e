import type { EngineSession } from '../../../../src/connector/engine.js'
import { fileLiteral } from '../../engine-sql.js'

/** A column of a Parquet file, from its schema. */
export interface ParquetField {
  /** The name in the file. The engine renames columns that differ only in case. */
  name: string
  /** The logical types inside the column, in the engine's words. */
  logical: string[]
  /** Whether it contains a decimal with more digits than the engine supports. */
  isHuge: boolean
}

const digitsMax = 38

/** The columns of a file, in their order. */
export async function fieldsOf(session: EngineSession, path: string): Promise<ParquetField[]> {
  const rows = await session.rows(`SELECT name, num_children, logical_type, precision FROM parquet_schema(${fileLiteral(path)})`)
  const fields: ParquetField[] = []
  /** The number of children still to come, for each open level. The first level is the root. */
  const open: number[] = [Number(rows[0]?.num_children ?? 0)]
  for (const { name, num_children: children, logical_type: logical, precision } of rows.slice(1)) {
    while (open.length > 1 && open.at(-1) === 0) open.pop()
    open[open.length - 1] = (open.at(-1) as number) - 1
    if (open.length === 1) fields.push({ name: String(name), logical: [], isHuge: false })
    const field = fields.at(-1) as ParquetField
    if (typeof logical === 'string') field.logical.push(logical)
    if (Number(precision ?? 0) > digitsMax) field.isHuge = true
    if (Number(children ?? 0) > 0) open.push(Number(children))
  }
  return fields
}
