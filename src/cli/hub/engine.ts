import { DuckDbEngine } from '../../engine/duckdb.js'
import { openScratch } from '../scratch.js'
import type { HubStart } from './options.js'

/** The hub's engines, and the folder in memory for the parts that sources send. */
export interface HubEngine {
  readonly engine: DuckDbEngine
  /** For queries without a token: what they hold takes no memory from the others. */
  readonly anonymousEngine: DuckDbEngine
  readonly scratchFolder: string
}

/** The share of the engine's memory, and of the queries at once, that anonymous work has. */
const anonymousShare = { memory: 1 / 5, running: 6 }
/** Queries that run at once, in both engines. Each occupies a thread of libuv's pool, which files and DNS use as well. */
const runningMax = 16

/** Opens the folder, and the engines that may read it. */
export async function startEngine({ config, log, undo }: HubStart): Promise<HubEngine> {
  const scratch = await openScratch(log)
  undo.add(() => scratch.close())
  const folders = [scratch.folder]
  const memoryMb = config.engineMemoryMb ?? 1024
  const forAnonymous = Math.floor(memoryMb * anonymousShare.memory)
  const engine = await DuckDbEngine.open({ folders, memoryMb: memoryMb - forAnonymous, running: runningMax - anonymousShare.running })
  undo.add(() => engine.close())
  const anonymousEngine = await DuckDbEngine.open({ folders, memoryMb: forAnonymous, running: anonymousShare.running, partsOf: engine })
  undo.add(() => anonymousEngine.close())
  return { engine, anonymousEngine, scratchFolder: scratch.folder }
}
