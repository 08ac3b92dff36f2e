const failuresMax = 5
const openMsFirst = 1_000
const openMsMax = 30_000

/** The state of a breaker: requests pass while it is closed, none while it is open, and one as a trial while it is half-open. */
export type BreakerState = 'closed' | 'open' | 'half-open'

/**
 * A circuit breaker for one source, so that queries of a source that cannot be reached fail at once and the source can recover. It opens
 * after five failures in a row, for one second; then it is half-open and lets one request through. Each failed trial opens it again for
 * twice as long, up to 30 seconds; a success closes it. An answer of any kind, an error included, is a success.
 */
export class CircuitBreaker {
  #failures = 0
  #openMs = openMsFirst
  #openUntil = 0

  /** @param now milliseconds, for tests. */
  constructor(private readonly now: () => number = () => performance.now()) {}

  get state(): BreakerState {
    if (this.#failures < failuresMax) return 'closed'
    return this.now() < this.#openUntil ? 'open' : 'half-open'
  }

  /** Whether a request may go to the source now. A half-open breaker admits one, and is open again until its result is known. */
  admits(): boolean {
    const { state } = this
    if (state === 'half-open') {
      this.#openMs = Math.min(this.#openMs * 2, openMsMax)
      this.#openUntil = this.now() + this.#openMs
    }
    return state !== 'open'
  }

  /** Records that the source could not be reached. */
  failed(): void {
    this.#failures++
    if (this.#failures === failuresMax) this.#openUntil = this.now() + this.#openMs
  }

  /** Records that the source answered. */
  succeeded(): void {
    this.#failures = 0
    this.#openMs = openMsFirst
  }
}
