import type { LandedFile } from '../../src/connector/engine.js'
import { shapesOf } from '../../src/connector/shapes.js'
import { queryEnded } from '../shared/database/connection.js'
import type { Limits } from '../shared/database/execute-scan.js'
import type { Statement } from '../shared/database/statements.js'
import { PartWriter } from '../shared/parquet/part-writer.js'
import type { Connections } from './connections.js'
import { mysqlError } from './errors.js'
import { fieldOf } from './field.js'

/** How many rows may be read before the caller takes the next part. */
const rowsAhead = 1000

/** Where rows come from, and the folder for the parts. */
export interface ReadParts {
  readonly connections: Connections
  readonly scratchFolder: string
}

/** Reads the rows of one statement, a part at a time. Few more rows are read than the caller asks for. */
export async function* readStatement(
  { relation, sql }: Statement,
  limits: Limits,
  { connections, scratchFolder }: ReadParts,
): AsyncGenerator<LandedFile, { rows: number }> {
  const writer = new PartWriter(shapesOf(relation), limits, scratchFolder)
  const fields = writer.columns.map(({ shape }) => fieldOf(shape))
  const left = new AbortController()
  const session = await connections.begin(AbortSignal.any([limits.signal, left.signal]), limits.deadline - Date.now())
  try {
    // Each value arrives as the bytes of its text, so that no JavaScript number or date can change it.
    const query = session.start({ sql, rowsAsArray: true, typeCast: (field) => field.buffer() })
    const rows = query.stream({ highWaterMark: rowsAhead })
    session.broken.catch((reason: Error) => rows.destroy(reason))
    let bytes = 0
    let given = 0
    for await (const row of rows as AsyncIterable<(Buffer | null)[]>) {
      for (const [index, column] of writer.columns.entries()) {
        const value = row[index] ?? null
        if (value === null) column.addNull()
        else {
          column.addValue()
          fields[index]?.(column, value)
          bytes += value.length
        }
      }
      if (!writer.isFull(bytes)) continue
      yield await writer.write()
      given = writer.rows
      bytes = 0
    }
    if (limits.signal.aborted) throw queryEnded()
    if (writer.rows > given || given === 0) yield await writer.write()
    await session.commit()
    session.close()
    return { rows: writer.rows }
  } catch (thrown) {
    throw limits.signal.aborted ? queryEnded() : mysqlError(thrown)
  } finally {
    // If the caller leaves early, the statement is ended at the server too.
    left.abort()
    session.close()
  }
}
