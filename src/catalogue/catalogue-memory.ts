import type { Knex } from 'knex'
import { LRUCache } from 'lru-cache'
import { prepared } from '../database/prepared.js'
import type { Viewer } from '../identity/viewer.js'
import { type CatalogueLoaders, createCatalogueLoaders, createHarvestLoaders } from './catalogue-loaders.js'
import type { LoaderMemory } from './loader.js'

/** How many results are kept for each kind of read, and for how many organisations; a longer list is not kept. */
const limits = { keys: 1000, organisations: 50, rows: 100 } as const

/** What changes with the catalogue and with agreements; an agreement also begins and ends with time alone. */
const revisionSql = `select concat_ws(' ', string_agg(scope || ' ' || revision, ',' order by scope),
  (select max(valid_from) from agreements where state = 'AGREED' and valid_from <= now()),
  (select max(valid_until) from agreements where state = 'AGREED' and valid_until <= now())) as revision from revisions`

/**
 * A cache of catalogue reads, kept until anything in the catalogue changes. A request reads the catalogue's revision, one small statement,
 * and then only what no earlier request of the same organisation has read. Nothing older than the request is returned.
 */
export class CatalogueMemory {
  #revision: string | undefined
  #reading: Promise<string> | undefined
  #nextReading: Promise<string> | undefined
  #loaders = new LRUCache<string, CatalogueLoaders>({ max: limits.organisations })

  constructor(private readonly knex: Knex) {}

  /** Loaders for one request. If the revision cannot be read they cache nothing, and the reads themselves report the failure. */
  async loadersFor(viewer: Viewer): Promise<CatalogueLoaders> {
    const revision = await this.#revisionNow().catch(() => undefined)
    if (revision === undefined) return createCatalogueLoaders(this.knex, viewer)
    if (revision !== this.#revision) {
      this.#revision = revision
      this.#loaders = new LRUCache({ max: limits.organisations })
    }
    return { ...this.#kept(viewer), ...createHarvestLoaders(this.knex, viewer) }
  }

  /** What a viewer may see of the catalogue depends only on its organisation. */
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

  /** Always read after the request came, never before: requests that come during a read share the next one. */
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
    // As text, because building the query takes as long as running it.
    const {
      rows: [row],
    } = (await prepared(this.knex.raw(revisionSql))) as {
      rows: { revision: string | null }[]
    }
    return row?.revision ?? ''
  }
}

/** A loader's cache, without failures and large values. */
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
