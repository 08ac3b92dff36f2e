import type { LandedFile } from '../../src/connector/engine.js'
import { shapesOf } from '../../src/connector/shapes.js'
import type { Limits } from '../shared/database/execute-scan.js'
import type { Statement } from '../shared/database/statements.js'
import { PartWriter } from '../shared/parquet/part-writer.js'
import type { Connections } from './connections.js'
import { CopyOut } from './copy/copy-out.js'
import { RowReader } from './copy/row-reader.js'

/** A row is held in memory in one piece while it is read. */
const rowBytesMax = 256 * 1024 * 1024

/** Where rows come from, and the folder for the parts. */
export interface ReadParts {
  readonly connections: Connections
  readonly scratchFolder: string
}

/** Reads the rows of one statement, a part at a time. The socket is read only as far as the caller asks. */
export async function* readStatement(
  { relation, sql }: Statement,
  limits: Limits,
  { connections, scratchFolder }: ReadParts,
): AsyncGenerator<LandedFile, { rows: number }> {
  const writer = new PartWriter(shapesOf(relation), limits, scratchFolder)
  const reader = new RowReader(writer.columns)
  const left = new AbortController()
  const session = await connections.begin({
    signal: AbortSignal.any([limits.signal, left.signal]),
    timeoutMs: limits.deadline - Date.now(),
  })
  try {
    const copy = new CopyOut(sql, Math.min(limits.bytesMax, rowBytesMax))
    const ended = session.submit(copy)
    ended.catch(() => undefined)
    for (let more = true, given = 0; more; given = writer.rows) {
      let bytes = 0
      more = await copy.read((source, at, length) => {
        reader.read(source, at, length)
        return writer.isFull((bytes += length))
      })
      if (!more) await ended
      if (writer.rows > given || given === 0) yield await writer.write()
    }
    await session.commit()
    session.close()
    return { rows: writer.rows }
  } finally {
    // If the caller leaves early, the statement is ended at the server too.
    left.abort()
    session.close()
  }
}
