let line: Promise<unknown> = Promise.resolve()

/**
 * Resolves in a later turn of the event loop, in which no other caller's promise resolves. Code that keeps the event loop busy for long
 * awaits it first. So small requests are answered between two such pieces of work, however many there are.
 */
export function nextTurn(): Promise<void> {
  const turn = line.then(() => new Promise<void>((resolve) => setImmediate(resolve)))
  line = turn
  return turn
}

/** Steps after which work is interrupted: a few milliseconds. */
const stepsAtOnce = 10_000

/** Counts the steps of one long piece of work, and interrupts it now and then. */
export class Pace {
  #steps = 0

  /** Call it before work of so many steps. A step is about what it takes to handle one column of one table. */
  async before(steps: number): Promise<void> {
    this.#steps += steps
    if (this.#steps < stepsAtOnce) return
    this.#steps = 0
    await nextTurn()
  }
}
