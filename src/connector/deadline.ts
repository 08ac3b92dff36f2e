import { setMaxListeners } from 'node:events'

/** A signal that ends at a deadline. */
export interface Deadline {
  readonly signal: AbortSignal
  /** Stops the timer. The signal then ends only when the signal that it follows does. */
  clear(): void
}

/**
 * A signal that ends when another does, or after `ms` milliseconds with a TimeoutError; at once where `ms` is not positive. Use it instead
 * of `AbortSignal.any([signal, AbortSignal.timeout(ms)])`, which takes three times as long, and whose timer Node 20 loses at the next
 * garbage collection (nodejs/node#54614).
 * @param signal keeps a listener for as long as it lives, so it must not outlive one request.
 */
export function deadlineAfter(ms: number, signal: AbortSignal): Deadline {
  const ends = new AbortController()
  // Every query of an operation and every source of a query adds a listener, so there may be hundreds.
  setMaxListeners(0, signal, ends.signal)
  const end = () => ends.abort(new DOMException('The time is over.', 'TimeoutError'))
  const follow = () => ends.abort(signal.reason)
  if (signal.aborted) follow()
  else if (ms <= 0) end()
  signal.addEventListener('abort', follow, { once: true })
  const timer = setTimeout(end, Math.min(Math.max(0, ms), 2 ** 31 - 1))
  return { signal: ends.signal, clear: () => clearTimeout(timer) }
}

/** Resolves or rejects as the promise does. Rejects with the signal's reason where the signal ends first. */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason)
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}
