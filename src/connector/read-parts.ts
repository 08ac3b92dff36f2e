import { setTimeout as delay } from 'node:timers/promises'
import { unlessAborted } from './deadline.js'
import type { Part } from './source.js'

/** How long a source that was asked to end is waited for. */
const endMs = 100

/**
 * The parts of a scan until the signal ends, which rejects with its reason. A source is given a moment to end well; one that does not is
 * left behind, and what it still lands is released.
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
