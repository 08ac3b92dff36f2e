/** A signal with an end in time. */
export interface Deadline {
  readonly signal: AbortSignal
  /** Stops the clock; the signal then ends only with the one that it came from. */
  clear(): void
}

/**
 * A signal that ends with another, or after some milliseconds with a TimeoutError; at once where there are none left. For `AbortSignal.any([signal, AbortSignal.timeout(ms)])`,
 * whose clock is lost at the next garbage collection on Node 20: nothing holds it (nodejs/node#54614).
 */
export function deadlineAfter(ms: number, signal: AbortSignal): Deadline {
  const clock = new AbortController()
  const end = () => clock.abort(new DOMException('The time is over.', 'TimeoutError'))
  if (ms <= 0) end()
  const timer = setTimeout(end, Math.min(Math.max(0, ms), 2 ** 31 - 1))
  return { signal: AbortSignal.any([signal, clock.signal]), clear: () => clearTimeout(timer) }
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
