/** `soon`: with what else is written next, and after a tenth of a second at the latest. */
export type When = 'now' | 'soon'

/** The milliseconds of `soon`. */
const soonMs = 100

/** Work that waits for its batch. */
interface Waiting<Item, Done> {
  readonly items: readonly Item[]
  readonly resolve: (done: Done[]) => void
  readonly reject: (thrown: unknown) => void
}

/**
 * Writes what many ask for at once together: while one batch is written, the next one gathers. Each caller waits for its own batch alone,
 * and is told where that fails.
 */
export class GroupCommit<Item, Done> {
  #waiting: Waiting<Item, Done>[] = []
  #running: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined

  /**
   * @param write writes items in order, all or none, and answers with one result for each.
   * @param itemsMax a batch ends before it has more items than this.
   */
  constructor(
    private readonly write: (items: readonly Item[]) => Promise<readonly Done[]>,
    private readonly itemsMax = 5000,
  ) {}

  /** Resolves once the items were written, with the result of each. Rejects where they were not. */
  add(items: readonly Item[], when: When = 'now'): Promise<Done[]> {
    if (items.length === 0) return Promise.resolve([])
    return new Promise((resolve, reject) => {
      this.#waiting.push({ items, resolve, reject })
      if (when === 'now') this.#begin()
      else this.#timer ??= setTimeout(() => this.#begin(), soonMs)
    })
  }

  /** Writes what waits, and resolves once nothing waits any more. */
  async settled(): Promise<void> {
    if (this.#waiting.length > 0) this.#begin()
    while (this.#running !== undefined) await this.#running
  }

  #begin(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#running ??= this.#run()
  }

  async #run(): Promise<void> {
    // Callers of one turn of the event loop share the first batch too.
    await Promise.resolve()
    while (this.#waiting.length > 0) await this.#writeBatch(this.#takeBatch())
    this.#running = undefined
  }

  #takeBatch(): Waiting<Item, Done>[] {
    let count = 0
    const cut = this.#waiting.findIndex(({ items }, at) => (count += items.length) > this.itemsMax && at > 0)
    return this.#waiting.splice(0, cut < 0 ? this.#waiting.length : cut)
  }

  async #writeBatch(batch: readonly Waiting<Item, Done>[]): Promise<void> {
    try {
      const done = await this.write(batch.flatMap(({ items }) => items))
      let at = 0
      for (const { items, resolve } of batch) resolve(done.slice(at, (at += items.length)))
    } catch (thrown) {
      for (const { reject } of batch) reject(thrown)
    }
  }
}
