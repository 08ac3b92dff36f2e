import DataLoader, { type BatchLoadFn, type CacheMap } from 'dataloader'

/**
 * Loads by key, the keys of a tick together. What a memory holds already comes at once and not as a promise, which GraphQL would otherwise
 * wait for at each field of a page. Rejects with what the load threw.
 */
export interface Loader<Key, Value> {
  load(key: Key): Value | Promise<Value>
  /** Each of several, in their order. */
  loadAll(keys: readonly Key[]): Promise<Value[]>
}

/** What loaders remember, by key. */
export interface LoaderMemory<Value> extends CacheMap<string, Promise<Value>> {
  /** The value itself, where it has been loaded. */
  settled?(key: string): { readonly value: Value } | undefined
}

/** Makes the memory of one loader. */
export type MemoryOf = <Value>() => LoaderMemory<Value>

/** A loader with a memory. @param keyOf the text of a key, where keys are no text themselves. */
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
