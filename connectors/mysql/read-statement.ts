import type { LandedFile } from '../../src/connector/engine.js'
import { shapesOf } from '../../src/connector/shapes.js'
import { queryEnded } from '../shared/database/connection.js'
import type { Limits } from '../shared/database/execute-scan.js'
import type { Statement } from '../shared/database/take-exact.js'
import { PartWriter } from '../shared/parquet/part-writer.js'
import type { Connections } from './connections.js'
import { mysqlError } from './errors.js'
import { fieldOf } from './field.js'

/** Rows that are read ahead of whoever takes the parts. */
const rowsAhead = 1000

/** Where the rows come from, and where their parts go. */
export interface ReadParts {
  readonly connections: Connections
  readonly scratchFolder: string
}

/** One statement's rows, a part at a time: not many more are read than were asked for. */
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
    // Every value as the bytes of its text: nothing is made a JavaScript number or date on its way.
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
    // Whoever leaves early ends it at the server as well.
    left.abort()
    session.close()
  }
}
