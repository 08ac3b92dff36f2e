import { setMaxListeners } from 'node:events'

/** A signal with an end in time. */
export interface Deadline {
  readonly signal: AbortSignal
  /** Stops the clock; the signal then ends only with the one that it came from. */
  clear(): void
}

/**
 * A signal that ends with another, or after some milliseconds with a TimeoutError; at once where there are none left. For
 * `AbortSignal.any([signal, AbortSignal.timeout(ms)])`, which takes three times as long, and whose clock is lost at the next garbage
 * collection on Node 20: nothing holds it (nodejs/node#54614).
 * @param signal is listened to for as long as it lives, and so belongs to one request or less.
 */
export function deadlineAfter(ms: number, signal: AbortSignal): Deadline {
  const ends = new AbortController()
  // Every query of an operation listens, and every source of a query: there may be hundreds.
  setMaxListeners(0, signal, ends.signal)
  const end = () => ends.abort(new DOMException('The time is over.', 'TimeoutError'))
  const follow = () => ends.abort(signal.reason)
  if (signal.aborted) follow()
  else if (ms <= 0) end()
  signal.addEventListener('abort', follow, { once: true })
  const timer = setTimeout(end, Math.min(Math.max(0, ms), 2 ** 31 - 1))
  return { signal: ends.signal, clear: () => clearTimeout(timer) }
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
