import { withCommas } from '../connector/counted.js'
import { ResultTooLarge, SourceTimeout } from '../errors.js'

interface Waiting {
  readonly bytes: number
  readonly enter: () => void
}

/** Memory that nobody else counts. Work takes what it needs before it begins, and waits in line until there is enough. */
export class MemoryPool {
  #taken = 0
  readonly #line: Waiting[] = []

  /** @param what holds the memory, for messages: `The medians of this query`. */
  constructor(
    private readonly bytesMax: number,
    private readonly what: string,
  ) {}

  /**
   * Takes bytes, and returns a function that gives them back, once. Work that holds some must not wait for more.
   * @throws RESULT_TOO_LARGE where they would never fit, SOURCE_TIMEOUT when the signal ends.
   */
  async take(bytes: number, signal?: AbortSignal): Promise<() => void> {
    if (bytes === 0) return () => undefined
    if (bytes > this.bytesMax) {
      throw new ResultTooLarge(
        `${this.what} would hold ${megabytes(bytes)} of values, and may hold ${megabytes(this.bytesMax)}. Filter more, or ask for less at once.`,
      )
    }
    if (signal?.aborted === true) throw ended()
    if (this.#line.length > 0 || !this.#fits(bytes)) await this.#wait(bytes, signal)
    else this.#taken += bytes
    let left = false
    return () => {
      if (left) return
      left = true
      this.#taken -= bytes
      this.#serve()
    }
  }

  #fits(bytes: number): boolean {
    return this.#taken + bytes <= this.bytesMax
  }

  #serve(): void {
    for (let next = this.#line[0]; next !== undefined && this.#fits(next.bytes); next = this.#line[0]) {
      this.#line.shift()
      this.#taken += next.bytes
      next.enter()
    }
  }

  #wait(bytes: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiting = {
        bytes,
        enter: () => {
          signal?.removeEventListener('abort', leave)
          resolve()
        },
      }
      const leave = () => {
        this.#line.splice(this.#line.indexOf(waiting), 1)
        reject(ended())
        this.#serve()
      }
      signal?.addEventListener('abort', leave, { once: true })
      this.#line.push(waiting)
    })
  }
}

function megabytes(bytes: number): string {
  return `${withCommas(Math.ceil(bytes / 1e6))} MB`
}

function ended(): SourceTimeout {
  return new SourceTimeout('The query ended while it waited for memory.')
}
