import { randomBytes } from 'node:crypto'
import type { EngineSession } from '../../connector/engine.js'
import { SourceUnavailable } from '../../errors.js'

/** The name under which the engine finds the key of parts. */
export const partKeyName = 'landed'

/** Makes a key and gives it to the engine of this session. */
export async function addPartKey(session: EngineSession): Promise<Buffer> {
  const key = randomBytes(32)
  try {
    await session.run(`PRAGMA add_parquet_key('${partKeyName}', '${key.toString('base64')}')`)
    return key
  } catch {
    // Without the cause: it may quote the statement, key included, and would be logged.
    throw new SourceUnavailable('There is no safe place for the answers of sources at this moment. Try again.')
  }
}
