import type { EngineSession } from '../../connector/engine.js'
import { SourceUnavailable } from '../../errors.js'

/** The name of the parts' key in the engine. */
export const partKeyName = 'landed'

/** Adds the parts' key to the engine of this session. Throws SOURCE_UNAVAILABLE where that fails. */
export async function addPartKey(session: EngineSession, key: Buffer): Promise<void> {
  try {
    await session.run(`PRAGMA add_parquet_key('${partKeyName}', '${key.toString('base64')}')`)
  } catch {
    // Has no cause: DuckDB's error may quote the statement with the key, and causes are logged.
    throw new SourceUnavailable('There is no safe place for the answers of sources at this moment. Try again.')
  }
}
