import { SourceTimeout, SourceUnavailable } from '../errors.js'

/**
 * A fair queue in front of the engine: at most `running` pieces of work at once, and at most `waiting` in line. Each running DuckDB
 * statement holds a thread of libuv's pool, so `running` stays below UV_THREADPOOL_SIZE, or files and DNS would wait for queries.
 * No work waits for a second place while it holds a first: all places could then wait for each other.
 */
export class Admission {
  #running = 0
  readonly #line: (() => void)[] = []

  constructor(
    private readonly runningMax: number,
    private readonly waitingMax: number,
  ) {}

  /** Pieces of work running and waiting now. */
  get load(): { running: number; waiting: number } {
    return { running: this.#running, waiting: this.#line.length }
  }

  /** Waits for a place. Answers a function that gives it back, once. Rejects when the signal ends or the line is full. */
  async enter(signal?: AbortSignal): Promise<() => void> {
    if (this.#isFull && this.#line.length >= this.waitingMax)
      throw new SourceUnavailable('Too many queries are waiting. Try again in a moment.')
    return this.#take('last', signal)
  }

  /**
   * The same for work that was admitted before and gave its place back, such as a result that is to be written: it waits at the head of
   * the line and is not refused, since the result takes up memory while it waits.
   */
  async reenter(signal?: AbortSignal): Promise<() => void> {
    return this.#take('first', signal)
  }

  get #isFull(): boolean {
    return this.#running >= this.runningMax
  }

  async #take(place: 'first' | 'last', signal?: AbortSignal): Promise<() => void> {
    if (signal?.aborted === true) throw ended()
    if (this.#isFull) await this.#wait(place, signal)
    else this.#running++
    let left = false
    return () => {
      if (left) return
      left = true
      const next = this.#line.shift()
      if (next === undefined) this.#running--
      else next()
    }
  }

  #wait(place: 'first' | 'last', signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const enter = () => {
        signal?.removeEventListener('abort', leave)
        resolve()
      }
      const leave = () => {
        this.#line.splice(this.#line.indexOf(enter), 1)
        reject(ended())
      }
      signal?.addEventListener('abort', leave, { once: true })
      if (place === 'first') this.#line.unshift(enter)
      else this.#line.push(enter)
    })
  }
}

function ended(): SourceTimeout {
  return new SourceTimeout('The query ended while it waited for its turn.')
}
