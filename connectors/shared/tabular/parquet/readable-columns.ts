import type { EngineSession } from '../../../../src/connector/engine.js'
import type { StagedColumn, StagedTable } from '../staged-table.js'
import { Unreadable } from '../unreadable.js'

/** Whether the engine failed on bytes of a Parquet file that it cannot read. */
export function isDamage(text: string): boolean {
  return /Parquet|TProtocol|snappy|decompress|zstd|brotli|gzip|lz4/i.test(text)
}

/**
 * The table without the columns that the engine cannot read to the end, such as damaged pages or texts that are not UTF-8. Each is
 * reported.
 * @throws Unreadable if no column can be read.
 */
export async function readableColumns(session: EngineSession, { otherwise: _, ...table }: StagedTable): Promise<StagedTable> {
  const columns: StagedColumn[] = []
  const problems = [...table.problems]
  for (const column of table.columns) {
    try {
      // A hash reads every value. A count would not.
      await session.rows(`SELECT CAST(bit_xor(hash(${column.sql})) AS VARCHAR) AS all_values FROM ${table.from}`)
      columns.push(column)
    } catch (thrown) {
      const text = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause.message : String(thrown)
      if (!isDamage(text)) throw thrown
      const why = /string encoding|UTF-?8/i.test(text) ? 'holds texts that are not UTF-8' : 'is damaged'
      problems.push(`Column ${column.name}: ${why}; left out. Write the file again, and check this column.`)
    }
  }
  if (columns.length === 0)
    throw new Unreadable('The file could not be read as Parquet: its columns are damaged. Fetch it or write it again.')
  return { ...table, columns, problems }
}
