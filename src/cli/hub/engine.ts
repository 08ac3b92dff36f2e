import { DuckDbEngine } from '../../engine/duckdb.js'
import { openScratch } from '../scratch.js'
import type { HubStart } from './options.js'

/** The hub's engine, and the folder in memory for the parts that sources send. */
export interface HubEngine {
  readonly engine: DuckDbEngine
  readonly scratchFolder: string
}

/** Opens the folder, and the engine that may read it. */
export async function startEngine({ config, log, undo }: HubStart): Promise<HubEngine> {
  const scratch = await openScratch(log)
  undo.add(() => scratch.close())
  const engine = await DuckDbEngine.open({ folders: [scratch.folder], memoryMb: config.engineMemoryMb ?? 1024 })
  undo.add(() => engine.close())
  return { engine, scratchFolder: scratch.folder }
}
