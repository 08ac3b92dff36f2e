import { SourceTimeout, SourceUnavailable } from '../errors.js'

/**
 * A fair queue in front of the engine: at most `running` pieces of work at once, and at most `waiting` in line. Each running DuckDB
 * query holds a thread of libuv's pool, so `running` stays below UV_THREADPOOL_SIZE or file system and DNS would stop with it.
 * Nobody waits for a second place while holding a first: that could lock all of them.
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
    if (signal?.aborted === true) throw ended()
    if (this.#running >= this.runningMax) await this.#wait(signal)
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

  #wait(signal?: AbortSignal): Promise<void> {
    if (this.#line.length >= this.waitingMax) {
      throw new SourceUnavailable('Too many queries are waiting. Try again in a moment.')
    }
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
      this.#line.push(enter)
    })
  }
}

function ended(): SourceTimeout {
  return new SourceTimeout('The query ended while it waited for its turn.')
}
