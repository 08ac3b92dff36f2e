import { randomBytes } from 'node:crypto'
import type { EngineSession } from '../../connector/engine.js'
import { SourceUnavailable } from '../../errors.js'

/** The name of the parts' key in the engine. */
export const partKeyName = 'landed'

/** Makes a key and adds it to the engine of this session. Throws SOURCE_UNAVAILABLE where that fails. */
export async function addPartKey(session: EngineSession): Promise<Buffer> {
  const key = randomBytes(32)
  try {
    await session.run(`PRAGMA add_parquet_key('${partKeyName}', '${key.toString('base64')}')`)
    return key
  } catch {
    // Has no cause: DuckDB's error may quote the statement with the key, and causes are logged.
    throw new SourceUnavailable('There is no safe place for the answers of sources at this moment. Try again.')
  }
}
