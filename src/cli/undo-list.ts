import type { Log } from '../connector/source.js'

/** What undoes what a hub or a spoke has opened. */
export class UndoList {
  readonly #steps: (() => Promise<unknown>)[] = []
  #done: Promise<void> | undefined

  constructor(private readonly log: Log) {}

  add(step: () => Promise<unknown>): void {
    this.#steps.push(step)
  }

  /** Runs the steps once, the last that was added first. One that fails is logged, and holds up no other. */
  run(): Promise<void> {
    return (this.#done ??= this.#runSteps())
  }

  async #runSteps(): Promise<void> {
    for (const step of this.#steps.reverse())
      await step().catch((thrown: unknown) => this.log.warn({ err: thrown }, 'a part did not close well'))
  }
}
