import type { Knex } from 'knex'
import { LRUCache } from 'lru-cache'
import { prepared } from '../database/prepared.js'
import type { Viewer } from '../identity/viewer.js'
import { type CatalogueLoaders, createCatalogueLoaders, createHarvestLoaders } from './catalogue-loaders.js'
import type { LoaderMemory } from './loader.js'

/** Kept of each kind of read, and for each of so many organisations; a list longer than this is read anew each time. */
const limits = { keys: 1000, organisations: 50, rows: 100 } as const

/**
 * What this hub has read of the catalogue, kept until anything in the catalogue changes: a request asks for the revision, which is one
 * small statement, and for nothing else that an earlier request of the same organisation has read. What it answers is never older than the
 * request.
 */
export class CatalogueMemory {
  #revision: string | undefined
  #reading: Promise<string> | undefined
  #nextReading: Promise<string> | undefined
  #loaders = new LRUCache<string, CatalogueLoaders>({ max: limits.organisations })

  constructor(private readonly knex: Knex) {}

  /** Loaders for one request. Where the revision cannot be read, they remember nothing, and the reads themselves tell why. */
  async loadersFor(viewer: Viewer): Promise<CatalogueLoaders> {
    const revision = await this.#revisionNow().catch(() => undefined)
    if (revision === undefined) return createCatalogueLoaders(this.knex, viewer)
    if (revision !== this.#revision) {
      this.#revision = revision
      this.#loaders = new LRUCache({ max: limits.organisations })
    }
    return { ...this.#kept(viewer), ...createHarvestLoaders(this.knex, viewer) }
  }

  /** What a viewer sees of the catalogue follows from its organisation alone. */
  #kept(viewer: Viewer): CatalogueLoaders {
    const key = viewer.organisation ?? ''
    const known = this.#loaders.get(key)
    if (known !== undefined) return known
    const loaders = createCatalogueLoaders(
      this.knex,
      { scopes: [], ...(viewer.organisation === undefined ? {} : { organisation: viewer.organisation }) },
      remembering,
    )
    this.#loaders.set(key, loaders)
    return loaders
  }

  /** Read after it was asked for, never before: who comes while a read is under way shares the next one with all others who do. */
  #revisionNow(): Promise<string> {
    if (this.#reading === undefined) return this.#startReading()
    this.#nextReading ??= this.#reading.then(
      () => this.#startReading(),
      () => this.#startReading(),
    )
    return this.#nextReading
  }

  #startReading(): Promise<string> {
    this.#nextReading = undefined
    const reading = this.#read().finally(() => {
      if (this.#reading === reading) this.#reading = undefined
    })
    this.#reading = reading
    return reading
  }

  async #read(): Promise<string> {
    // As text: to build it would take as long as to run it.
    const {
      rows: [row],
    } = (await prepared(this.knex.raw(`select string_agg(scope || ' ' || revision, ',' order by scope) as revision from revisions`))) as {
      rows: { revision: string | null }[]
    }
    return row?.revision ?? ''
  }
}

/** A memory for a loader that forgets what failed and what is large. */
function remembering<Value>(): LoaderMemory<Value> {
  type Entry = { readonly promise: Promise<Value>; settled?: { readonly value: Value } }
  const memory = new LRUCache<string, Entry>({ max: limits.keys })
  return {
    get: (key) => memory.get(key)?.promise,
    settled: (key) => memory.get(key)?.settled,
    set(key, promise) {
      const entry: Entry = { promise }
      memory.set(key, entry)
      const forget = () => {
        if (memory.peek(key) === entry) memory.delete(key)
      }
      promise.then((value) => {
        if (Array.isArray(value) && value.length > limits.rows) forget()
        else entry.settled = { value }
      }, forget)
    },
    delete: (key) => memory.delete(key),
    clear: () => memory.clear(),
  }
}
