/** A signal with an end in time. */
export interface Deadline {
  readonly signal: AbortSignal
  /** Stops the clock; the signal then ends only with the one that it came from. */
  clear(): void
}

/**
 * A signal that ends with another, or after some milliseconds with a TimeoutError. For `AbortSignal.any([signal, AbortSignal.timeout(ms)])`,
 * whose clock is lost at the next garbage collection on Node 20: nothing holds it (nodejs/node#54614).
 */
export function deadlineAfter(ms: number, signal: AbortSignal): Deadline {
  const clock = new AbortController()
  const timer = setTimeout(() => clock.abort(new DOMException('The time is over.', 'TimeoutError')), Math.min(Math.max(0, ms), 2 ** 31 - 1))
  return { signal: AbortSignal.any([signal, clock.signal]), clear: () => clearTimeout(timer) }
}
