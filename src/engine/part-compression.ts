import { AsyncLocalStorage } from 'node:async_hooks'

/** zstd makes parts a fifth smaller and takes a fifth more time than snappy: it is for networks that are slower than a processor. */
export type PartCompression = 'snappy' | 'zstd'

const wanted = new AsyncLocalStorage<PartCompression>()

/**
 * Runs work whose parts, in whichever session of whichever source they are written, are compressed so. It is known where a scan is asked
 * for and needed where a COPY begins; what lies between, the sources, has no say in it. Not for the default: following work costs Node 20 a
 * little.
 */
export function withPartCompression<T>(compression: PartCompression, work: () => T): T {
  return wanted.run(compression, work)
}

/** What parts that are begun now are compressed by: snappy, unless something else was asked for. */
export function partCompression(): PartCompression {
  return wanted.getStore() ?? 'snappy'
}
