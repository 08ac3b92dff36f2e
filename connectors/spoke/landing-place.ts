import { statfsSync } from 'node:fs'
import { unlessAborted } from '../../src/connector/deadline.js'
import type { Engine } from '../../src/connector/engine.js'

/** Where parts land. `key` where that is not memory: they are encrypted under it before they are written. */
export interface LandingPlace {
  readonly folder: string
  readonly key: Buffer | undefined
}

/** Linux's numbers of tmpfs and ramfs. */
const memoryTypes: readonly number[] = [0x01021994, 0x858458f6]

/** The scratch folder as a place for parts, as it is mounted now. The signal ends the wait for the engine's key. */
export async function landingPlace(folder: string, engine: Engine, signal: AbortSignal): Promise<LandingPlace> {
  return { folder, key: isMemory(folder) ? undefined : await unlessAborted(engine.partKey(), signal) }
}

/** Whether what is written there stays in memory. False where nobody can tell. */
export function isMemory(folder: string): boolean {
  return memoryTypes.includes(statfsSync(folder).type)
}
