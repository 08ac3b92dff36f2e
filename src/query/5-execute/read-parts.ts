import { setTimeout as delay } from 'node:timers/promises'
import type { Part } from '../../connector/source.js'

/** How long a source that was told to end is waited for. */
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

/** What is promised, unless the signal ends first: then its reason. */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason)
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}
