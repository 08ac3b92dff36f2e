import { unlessAborted } from '../../src/connector/deadline.js'
import type { Engine } from '../../src/connector/engine.js'
import { isMemory } from '../../src/connector/is-memory.js'

/** Where parts land. `key` where that is not memory: they are encrypted under it before they are written. */
export interface LandingPlace {
  readonly folder: string
  readonly key: Buffer | undefined
}

/** The scratch folder as a place for parts, as it is mounted now. The signal ends the wait for the engine's key. */
export async function landingPlace(folder: string, engine: Engine, signal: AbortSignal): Promise<LandingPlace> {
  return { folder, key: isMemory(folder) ? undefined : await unlessAborted(engine.partKey(), signal) }
}
