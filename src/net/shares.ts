/** Counts what is taken by each holder and by all together, up to a limit for each and for all. */
export class Shares {
  readonly #taken = new Map<string, number>()
  #all = 0

  constructor(
    private readonly ofEachMax: number,
    private readonly ofAllMax: number,
  ) {}

  /** Takes some, or nothing at all where that would pass a limit. @returns the limit that it would pass. */
  take(holder: string, amount = 1): 'each' | 'all' | undefined {
    const taken = this.#taken.get(holder) ?? 0
    if (taken + amount > this.ofEachMax) return 'each'
    if (this.#all + amount > this.ofAllMax) return 'all'
    this.#taken.set(holder, taken + amount)
    this.#all += amount
    return undefined
  }

  /** Gives back what was taken. */
  give(holder: string, amount = 1): void {
    const left = (this.#taken.get(holder) ?? 0) - amount
    if (left > 0) this.#taken.set(holder, left)
    else this.#taken.delete(holder)
    this.#all -= amount
  }
}
