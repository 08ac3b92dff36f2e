import { SourceTimeout, SourceUnavailable } from '../errors.js'

/**
 * A fair queue in front of the engine: at most `running` pieces of work at once, and at most `waiting` in line. Each running DuckDB
 * statement occupies a thread of libuv's pool, so `running` must stay below UV_THREADPOOL_SIZE, or files and DNS would wait for queries.
 * Work that holds a place must never wait for a second one: all places could then wait for each other.
 */
export class Admission {
  #running = 0
  readonly #line: (() => void)[] = []
  /** Work that was admitted before: it goes ahead of the line, and does not count towards its length. */
  readonly #returning: (() => void)[] = []

  constructor(
    private readonly runningMax: number,
    private readonly waitingMax: number,
  ) {}

  /** How many pieces of work are running and waiting. */
  get load(): { running: number; waiting: number } {
    return { running: this.#running, waiting: this.#line.length + this.#returning.length }
  }

  /** Waits for a place, and returns a function that gives it back, once. Rejects when the signal ends or the line is full. */
  async enter(signal?: AbortSignal): Promise<() => void> {
    if (this.#isFull && this.#line.length >= this.waitingMax)
      throw new SourceUnavailable('Too many queries are waiting. Try again in a moment.')
    return this.#take(this.#line, signal)
  }

  /**
   * Like `enter`, for work that gave its place back and needs one again, such as a result that has to be written. It goes ahead
   * of the line and is never refused, because the result occupies memory while it waits.
   */
  async reenter(signal?: AbortSignal): Promise<() => void> {
    return this.#take(this.#returning, signal)
  }

  get #isFull(): boolean {
    return this.#running >= this.runningMax
  }

  async #take(line: (() => void)[], signal?: AbortSignal): Promise<() => void> {
    if (signal?.aborted === true) throw ended()
    if (this.#isFull) await this.#wait(line, signal)
    else this.#running++
    let left = false
    return () => {
      if (left) return
      left = true
      const next = this.#returning.shift() ?? this.#line.shift()
      if (next === undefined) this.#running--
      else next()
    }
  }

  #wait(line: (() => void)[], signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const enter = () => {
        signal?.removeEventListener('abort', leave)
        resolve()
      }
      const leave = () => {
        line.splice(line.indexOf(enter), 1)
        reject(ended())
      }
      signal?.addEventListener('abort', leave, { once: true })
      line.push(enter)
    })
  }
}

function ended(): SourceTimeout {
  return new SourceTimeout('The query ended while it waited for its turn.')
}
