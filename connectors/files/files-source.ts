import { access, constants, realpath } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { type Capabilities, everything } from '../../src/connector/capabilities.js'
import type { CatalogueEvent } from '../../src/connector/catalogue.js'
import type { Fragment, Health, PlannedFragment, Scan, ScanOptions, Source, SourceContext } from '../../src/connector/source.js'
import { splitBy } from '../../src/connector/split.js'
import { type DialsError, SourceTimeout, SourceUnavailable } from '../../src/errors.js'
import type { FilesConfig } from './config.js'
import { ContentHashes } from './copies/content-hashes.js'
import { Converter, storeFolderOf } from './copies/converter.js'
import { CopyStore } from './copies/copy-store.js'
import { type HeldTable, Holdings } from './copies/holdings.js'
import { executeScan } from './execute.js'
import { harvestFolder } from './harvest.js'
import { literal } from '../shared/engine-sql.js'

/** A folder of files as a source. Scans read the copies of the last harvest, never the files themselves. */
export class FilesSource implements Source {
  readonly #folder: string
  readonly #store: CopyStore
  readonly #hashes: ContentHashes
  readonly #holdings: Holdings
  #last: Promise<unknown> = Promise.resolve()
  /** Why nobody can know who may read what; nothing is served then. */
  #broken: DialsError | undefined
  #first: Promise<void> | undefined
  readonly #closing = new AbortController()

  constructor(
    private readonly config: FilesConfig,
    private readonly context: SourceContext,
  ) {
    this.#folder = resolve(context.baseFolder, config.folder)
    const folder = storeFolderOf(context.storeFolder, context.spokeId, this.#folder)
    this.#store = new CopyStore(folder)
    this.#hashes = new ContentHashes(join(folder, 'hashes.json'))
    this.#holdings = new Holdings(join(folder, 'harvested.json'))
  }

  async *harvest(_cursor: string | undefined, signal: AbortSignal): AsyncIterable<CatalogueEvent> {
    const { config, context } = this
    const [store, hashes, holdings] = [this.#store, this.#hashes, this.#holdings]
    // The engine is shut off from all but the folder's real place.
    const folder = await realpath(this.#folder).catch(() => this.#folder)
    const converter = new Converter({ store, hashes, folder, openEngine: (options) => context.openEngine(options) })
    try {
      yield* harvestFolder(
        {
          ...{ config, store, hashes, holdings, folder, converter },
          log: context.log,
          inTurn: (work) => this.#inTurn(work),
          onCatalogueFile: (broken) => (this.#broken = broken),
        },
        signal,
      )
    } finally {
      await converter.close()
    }
  }

  capabilities(): Promise<Capabilities> {
    return Promise.resolve(everything)
  }

  plan({ relation }: Fragment, capabilities: Capabilities): PlannedFragment {
    const { taken, left, pushedDown } = splitBy(capabilities, relation)
    return { taken, left, pushedDown, native: this.context.engine.compile(taken, ({ table }) => `read_parquet(${literal(table)})`) }
  }

  execute(planned: PlannedFragment, options: ScanOptions): Scan {
    const { engine, scratchFolder } = this.context
    return executeScan(planned, options, { engine, scratchFolder, hold: (tables, signal) => this.#hold(tables, signal) })
  }

  async health(): Promise<Health> {
    try {
      await access(this.#folder, constants.R_OK | constants.X_OK)
    } catch (thrown) {
      return { status: 'DOWN', message: `the folder cannot be read: ${String(thrown)}` }
    }
    return this.#broken === undefined ? { status: 'UP' } : { status: 'DEGRADED', message: this.#broken.message }
  }

  async close(): Promise<void> {
    this.#closing.abort()
    await this.#last.catch(() => undefined)
  }

  async #hold(ids: readonly string[], signal: AbortSignal): Promise<{ tables: Map<string, HeldTable & { path: string }>; release: () => void }> {
    if (this.#broken !== undefined) throw this.#broken
    const found = (await this.#find(ids)) ?? (await this.#harvestOnce(signal).then(() => this.#find(ids)))
    if (found === undefined) {
      const unknown = ids.length === 1 ? `table ${ids[0]}` : `one of the tables ${ids.join(', ')}`
      throw new SourceUnavailable(`The source does not hold ${unknown} any more, or could never read it. Harvest it again.`)
    }
    return found
  }

  /** The tables with their copies held, or nothing where one of them is missing. */
  async #find(ids: readonly string[]): Promise<{ tables: Map<string, HeldTable & { path: string }>; release: () => void } | undefined> {
    const tables = new Map<string, HeldTable & { path: string }>()
    for (const id of ids) {
      const table = await this.#holdings.get(id)
      if (table === undefined || (await this.#store.get(table.key)) === undefined) return undefined
      tables.set(id, { ...table, path: join(this.#store.path(table.key), table.file) })
    }
    return { tables, release: this.#store.hold([...tables.values()].map(({ key }) => key)) }
  }

  /** A process that starts with queries reads its folder first, once for all of them; one that gives up takes nobody else with it. */
  async #harvestOnce(signal: AbortSignal): Promise<void> {
    this.#first ??= this.#harvestAll().catch((thrown: unknown) => {
      this.#first = undefined
      throw thrown
    })
    this.#first.catch(() => undefined)
    const ended = new Promise<never>((_, reject) => {
      const end = () => reject(new SourceTimeout('The query ended while the files were read for the first time. Try again in a moment.'))
      if (signal.aborted) end()
      signal.addEventListener('abort', end, { once: true })
    })
    await Promise.race([this.#first, ended])
  }

  async #harvestAll(): Promise<void> {
    for await (const event of this.harvest(undefined, this.#closing.signal)) if (event.kind === 'complete') return
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work, work)
    this.#last = turn.catch(() => undefined)
    return turn
  }
}
