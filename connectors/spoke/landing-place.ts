import { randomBytes } from 'node:crypto'
import { statfsSync } from 'node:fs'
import { unlessAborted } from '../../src/connector/deadline.js'
import type { Engine } from '../../src/connector/engine.js'
import { SourceUnavailable } from '../../src/errors.js'

/** Where parts land. `key` where that is not memory: they are encrypted under it before they are written. */
export interface LandingPlace {
  readonly folder: string
  readonly key: Buffer | undefined
}

/** Linux's numbers of tmpfs and ramfs. */
const memoryTypes: readonly number[] = [0x01021994, 0x858458f6]

/** Where an engine finds the key. */
const keyName = 'landed'
/** How a file is named that needs the key: by this `partsSql` of src/query knows it. */
export const encryptedSuffix = '.encrypted.parquet'

const keys = new WeakMap<Engine, Promise<Buffer>>()

/**
 * The scratch folder as a place for parts, whatever lies under it now. The signal ends the wait for the engine, which learns the key first.
 */
export async function landingPlace(folder: string, engine: Engine, signal: AbortSignal): Promise<LandingPlace> {
  return { folder, key: isMemory(folder) ? undefined : await unlessAborted(keyOf(engine), signal) }
}

/** Whether what is written there stays in memory. False where nobody can tell. */
export function isMemory(folder: string): boolean {
  return memoryTypes.includes(statfsSync(folder).type)
}

/** One key for each engine: made when it is first needed, never written, and gone with the process. */
function keyOf(engine: Engine): Promise<Buffer> {
  const known = keys.get(engine)
  if (known !== undefined) return known
  const made = addKey(engine)
  keys.set(engine, made)
  made.catch(() => keys.delete(engine))
  return made
}

async function addKey(engine: Engine): Promise<Buffer> {
  const key = randomBytes(32)
  const session = await engine.connect()
  try {
    await session.run(`PRAGMA add_parquet_key('${keyName}', '${key.toString('base64')}')`)
    return key
  } catch {
    // Without its cause, which may quote the statement, and would be logged.
    throw new SourceUnavailable('The hub has no safe place for the answers of spokes at this moment. Try again.')
  } finally {
    await session.close()
  }
}
