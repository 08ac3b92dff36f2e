import { setTimeout as delay } from 'node:timers/promises'
import { unlessAborted } from './deadline.js'
import type { Part } from './source.js'

/** How long to wait for a source that was asked to end, in milliseconds. */
const endMs = 100

/**
 * The parts of a scan. Rejects with the signal's reason when the signal ends. The source then has a moment to end; after that nobody waits
 * for it, and a part that still arrives is released.
 */
export async function* readParts(parts: AsyncIterable<Part>, signal: AbortSignal): AsyncGenerator<Part, void> {
  const iterator = parts[Symbol.asyncIterator]()
  let next: Promise<IteratorResult<Part>> | undefined
  try {
    for (;;) {
      next = iterator.next()
      const part = await unlessAborted(next, signal)
      next = undefined
      if (part.done === true) return
      yield part.value
    }
  } finally {
    const late = next?.then((part) => (part.done === true ? undefined : part.value.file.release()))
    const ended = Promise.allSettled([late, iterator.return?.()])
    await Promise.race([ended, delay(endMs, undefined, { ref: false })])
  }
}
