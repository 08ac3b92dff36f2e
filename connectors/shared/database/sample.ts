import type { ColumnDescription } from '../../../src/connector/column.js'
import type { Engine, LandedFile } from '../../../src/connector/engine.js'
import type { TableScan } from '../../../src/connector/relation.js'
import { fileLiteral } from '../engine-sql.js'
import { recognise } from '../recognise/recognise.js'
import { markUnseen } from '../recognise/unseen.js'
import { columnsOf } from './describe.js'
import type { SourceTable } from './source-table.js'

/** How many rows of a table are sampled. */
export const sampleRowsMax = 10_000
/** How many letters of a text are sampled. */
export const sampleLettersMax = 1000

/** A scan of all columns of a table. */
export function scanOfAll({ id, columns }: SourceTable): TableScan {
  return { op: 'scan', table: id, columns: columns.map(({ name, reading }) => ({ name, ...reading.shape })) }
}

/**
 * Recognises the columns of a table from a sample of its rows (DESIGN.md, 'Types'). A column that is named like personal data but has no
 * sampled values is marked PERSONAL, because rows may come after the harvest.
 * @param sample parts of all columns, c0 … cn; not read if there are no columns.
 */
export async function recogniseColumns(
  table: SourceTable,
  sample: AsyncIterable<LandedFile>,
  engine: Engine,
  signal: AbortSignal,
): Promise<ColumnDescription[]> {
  const columns = columnsOf(table)
  if (columns.length === 0) return columns
  const files: LandedFile[] = []
  try {
    for await (const file of sample) files.push(file)
    const session = await engine.connect(signal)
    try {
      const rows = `read_parquet([${files.map(({ path }) => fileLiteral(path)).join(', ')}])`
      return await markUnseen(session, rows, await recognise(session, rows, columns))
    } finally {
      await session.close()
    }
  } finally {
    await Promise.all(files.map((file) => file.release()))
  }
}
