import { randomUUID } from 'node:crypto'

/** The state of a catalogue, as a text that says nothing but whether it is another one. A new process begins with a new one. */
export class Revision {
  #value: string = randomUUID()
  readonly #waiting = new Set<() => void>()

  /** The catalogue has changed. */
  change(): void {
    this.#value = randomUUID()
    for (const look of [...this.#waiting]) look()
  }

  /** The present revision: at once if it is another than `since`, else when it changes or the signal ends. */
  after(since: string | undefined, signal: AbortSignal): Promise<string> {
    return new Promise((resolve) => {
      const look = () => {
        if (this.#value === since && !signal.aborted) return
        this.#waiting.delete(look)
        signal.removeEventListener('abort', look)
        resolve(this.#value)
      }
      this.#waiting.add(look)
      signal.addEventListener('abort', look)
      look()
    })
  }
}
