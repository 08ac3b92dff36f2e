const failuresMax = 5
const pauseMsFirst = 1_000
const pauseMsMax = 30_000

/**
 * Keeps queries from a source that cannot be reached, so that they fail at once and the source can recover: after five failures in a row no
 * query goes there for a second: the breaker is open. Then one query may try; while it fails the pause doubles, up to half a minute. An answer of any kind, an
 * error included, is no failure.
 */
export class CircuitBreaker {
  #failures = 0
  #pauseMs = pauseMsFirst
  #openUntil = 0

  /** @param now milliseconds, for tests. */
  constructor(private readonly now: () => number = () => performance.now()) {}

  /** Whether a request may go there now. After a pause, true once. */
  admits(): boolean {
    if (this.#failures < failuresMax) return true
    if (this.now() < this.#openUntil) return false
    this.#pauseMs = Math.min(this.#pauseMs * 2, pauseMsMax)
    this.#openUntil = this.now() + this.#pauseMs
    return true
  }

  failed(): void {
    this.#failures++
    if (this.#failures === failuresMax) this.#openUntil = this.now() + this.#pauseMs
  }

  succeeded(): void {
    this.#failures = 0
    this.#pauseMs = pauseMsFirst
  }
}
