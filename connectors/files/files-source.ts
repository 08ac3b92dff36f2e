import { access, constants, realpath } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { type Capabilities, everything } from '../../src/connector/capabilities.js'
import type { CatalogueEvent } from '../../src/connector/catalogue.js'
import type { Relation } from '../../src/connector/relation.js'
import { Revision } from '../../src/connector/revision.js'
import type { Fragment, Health, PlannedFragment, Scan, ScanOptions, Source, SourceContext } from '../../src/connector/source.js'
import { splitBy } from '../../src/connector/split.js'
import { type DialsError, SourceTimeout, SourceUnavailable } from '../../src/errors.js'
import type { FilesConfig } from './config.js'
import { AttachedCopies, damagedCopy, isDamaged } from '../shared/tabular/copies/attached-copies.js'
import { ContentHashes } from '../shared/tabular/copies/content-hashes.js'
import { Converter } from '../shared/tabular/copies/converter.js'
import { CopyStore } from '../shared/tabular/copies/copy-store.js'
import { type HeldTable, HarvestedTables } from '../shared/tabular/copies/harvested-tables.js'
import type { ReadableTable } from '../shared/tabular/copies/readable-table.js'
import { executeScan, type HeldTables } from './execute.js'
import { harvestFolder } from './harvest.js'
import { watchFolder } from './folder/watch-folder.js'
import { storeFolderOf } from './store-folder.js'
import { VersionKey } from './version-key.js'
import { scanText } from '../shared/engine-sql.js'

/** A folder of files as a source. Scans read the copies of the last harvest, never the files themselves. */
export class FilesSource implements Source {
  readonly #folder: string
  readonly #store: CopyStore
  readonly #hashes: ContentHashes
  readonly #harvestedTables: HarvestedTables
  readonly #memoryFile: string
  readonly #copies: AttachedCopies
  readonly #versions: VersionKey
  #last: Promise<unknown> = Promise.resolve()
  /** How many harvests have listed the folder. */
  #listings = 0
  /** The error of an unreadable catalogue.yaml. While it is set, access is unknown and nothing is served. */
  #broken: DialsError | undefined
  /** Why datasets could not be read at the last harvest, by id. */
  #unread: ReadonlyMap<string, string> = new Map()
  #first: Promise<void> | undefined
  readonly #closing = new AbortController()
  readonly #revision = new Revision()
  #watching: Promise<void> | undefined

  constructor(
    private readonly config: FilesConfig,
    private readonly context: SourceContext,
  ) {
    this.#folder = resolve(context.baseFolder, config.folder)
    const folder = storeFolderOf(context.storeFolder, context.spokeId, this.#folder)
    const memory = storeFolderOf(context.memoryFolder ?? context.storeFolder, context.spokeId, this.#folder)
    this.#memoryFile = `${memory}.json`
    this.#versions = new VersionKey(`${memory}.version-key`)
    this.#store = new CopyStore(folder)
    this.#hashes = new ContentHashes(join(folder, 'hashes.json'))
    this.#harvestedTables = new HarvestedTables(join(folder, 'harvested.json'))
    this.#copies = new AttachedCopies(context.engine)
  }

  async *harvest(_cursor: string | undefined, signal: AbortSignal): AsyncIterable<CatalogueEvent> {
    const { config, context } = this
    const [store, hashes, harvestedTables] = [this.#store, this.#hashes, this.#harvestedTables]
    // The harvest keeps to this place, whatever becomes of the links that led to it; and the engine may read only a real path.
    const folder = await realpath(this.#folder).catch(() => this.#folder)
    const converter = new Converter({ store, hashes, folder, openEngine: (options) => context.openEngine(options) })
    const unread = new Map<string, string>()
    try {
      const events = harvestFolder(
        {
          ...{ config, store, hashes, harvestedTables, folder, converter, memoryFile: this.#memoryFile },
          log: context.log,
          listing: () => {
            const own = ++this.#listings
            return () => own === this.#listings
          },
          inTurn: (work) => this.#inTurn(work),
          versionOf: (keys) => this.#versions.versionOf(keys),
          onCatalogueFile: (broken) => (this.#broken = broken),
        },
        signal,
      )
      for await (const event of events) {
        if (event.kind === 'problem') unread.set(event.sourceId, event.message)
        else if (event.kind === 'dataset') unread.delete(event.dataset.id)
        else if (event.kind === 'complete') this.#unread = unread
        yield event
      }
    } finally {
      await converter.close()
      await this.#copies.tidy()
    }
  }

  capabilities(): Promise<Capabilities> {
    return Promise.resolve(everything)
  }

  plan({ relation }: Fragment, capabilities: Capabilities): PlannedFragment {
    return splitBy(capabilities, relation)
  }

  native(pushed: Relation): string {
    return this.context.engine.compile(pushed, scanText)
  }

  execute(planned: PlannedFragment, options: ScanOptions): Scan {
    const { engine, scratchFolder } = this.context
    return executeScan(planned, options, {
      engine,
      scratchFolder,
      versionOf: (keys) => this.#versions.versionOf(keys),
      hold: (tables, signal) => this.#hold(tables, signal),
      damaged: (tables, cause) => this.#damaged(tables, cause),
    })
  }

  async health(): Promise<Health> {
    try {
      await access(this.#folder, constants.R_OK | constants.X_OK)
    } catch (thrown) {
      return { status: 'DOWN', message: `the folder cannot be read: ${String(thrown)}` }
    }
    return this.#broken === undefined ? { status: 'UP' } : { status: 'DEGRADED', message: this.#broken.message }
  }

  /** The folder is watched from the first call on. */
  changes(since: string | undefined, signal: AbortSignal): Promise<string> {
    this.#watching ??= watchFolder(this.#folder, () => this.#revision.change(), this.#closing.signal)
    return this.#revision.after(since, signal)
  }

  async close(): Promise<void> {
    this.#closing.abort()
    await this.#watching
    await this.#last.catch(() => undefined)
    await this.#copies.close()
  }

  async #hold(ids: readonly string[], signal: AbortSignal): Promise<HeldTables> {
    if (this.#broken !== undefined) throw this.#broken
    const held = await this.#find(ids)
    const found = typeof held === 'string' ? await this.#harvestOnce(signal).then(() => this.#find(ids)) : held
    if (typeof found === 'string') throw this.#withoutRows(found)
    return this.#open(found, signal)
  }

  /** The tables; the id of the first if any of them, or its copy, is missing. */
  async #find(ids: readonly string[]): Promise<Map<string, HeldTable> | string> {
    const tables = new Map<string, HeldTable>()
    for (const id of ids) {
      const table = await this.#harvestedTables.get(id)
      if (table === undefined || (await this.#store.get(table.key)) === undefined) return id
      tables.set(id, table)
    }
    return tables
  }

  /** Who may read a table is told why it has no rows, as of rows that are stale. */
  #withoutRows(id: string): SourceUnavailable {
    const reason = this.#unread.get(id.slice(0, id.indexOf('/')))
    return new SourceUnavailable(
      reason === undefined
        ? `The table ${id} has no rows now: its file has gone, or has another table in its place. The catalogue says so after the next harvest.`
        : `The table ${id} has no rows now, since its file cannot be read. ${reason}`,
    )
  }

  async #open(tables: ReadonlyMap<string, HeldTable>, signal: AbortSignal): Promise<HeldTables> {
    const readable = new Map<string, ReadableTable>()
    const releases = [this.#store.hold([...tables.values()].map(({ key }) => key))]
    const release = () => releases.splice(0).forEach((each) => each())
    for (const [id, table] of tables) {
      try {
        const copy = await this.#copies.read(join(this.#store.path(table.key), table.file), signal)
        releases.push(copy.release)
        readable.set(id, { ...table, from: copy.from, hasRowIds: copy.hasRowIds })
      } catch (thrown) {
        release()
        throw isDamaged(thrown) ? await this.#damaged([table], thrown) : thrown
      }
    }
    return { tables: readable, release }
  }

  /** Removes damaged copies, so that the next harvest makes them again. */
  async #damaged(tables: readonly HeldTable[], cause: unknown): Promise<Error> {
    this.context.log.warn({ err: cause }, 'a copy is damaged')
    for (const { key, file } of tables) {
      await this.#store.remove(key)
      await this.#copies.forget(join(this.#store.path(key), file))
    }
    return damagedCopy(cause)
  }

  /**
   * A process whose first request is a query must harvest first. Queries that arrive meanwhile share that harvest, and it goes on if one of
   * them is cancelled.
   */
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
