import DataLoader, { type BatchLoadFn, type CacheMap } from 'dataloader'

/**
 * Loads by key, all keys of one tick together. A cached value is returned directly and not as a promise, because GraphQL would wait for a
 * promise at each field of a page. Rejects with what the load threw.
 */
export interface Loader<Key, Value> {
  load(key: Key): Value | Promise<Value>
  /** The values of several keys, in their order. */
  loadAll(keys: readonly Key[]): Promise<Value[]>
}

/** A loader's cache, by key. */
export interface LoaderMemory<Value> extends CacheMap<string, Promise<Value>> {
  /** The value itself if it has been loaded, else a promise. */
  settled?(key: string): { readonly value: Value } | undefined
}

/** Makes the cache of one loader. */
export type MemoryOf = <Value>() => LoaderMemory<Value>

/** A loader with a cache. @param keyOf makes text of keys that are not text. */
export function createLoader<Key, Value>(
  batch: BatchLoadFn<Key, Value>,
  memory: LoaderMemory<Value>,
  keyOf: (key: Key) => string = String,
): Loader<Key, Value> {
  const loader = new DataLoader<Key, Value, string>(batch, { cacheMap: memory, cacheKeyFn: keyOf })
  const load = (key: Key) => {
    const known = memory.settled?.(keyOf(key))
    return known === undefined ? loader.load(key) : known.value
  }
  return { load, loadAll: (keys) => Promise.all(keys.map(async (key) => load(key))) }
}
