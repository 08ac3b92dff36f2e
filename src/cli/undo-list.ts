import type { Log } from '../connector/source.js'

/** The steps that close what a hub or a spoke has opened. */
export class UndoList {
  readonly #steps: (() => Promise<unknown>)[] = []
  #done: Promise<void> | undefined

  constructor(private readonly log: Log) {}

  add(step: () => Promise<unknown>): void {
    this.#steps.push(step)
  }

  /** Runs the steps once, in reverse order. A step that fails is logged, and the others still run. */
  run(): Promise<void> {
    return (this.#done ??= this.#runSteps())
  }

  async #runSteps(): Promise<void> {
    for (const step of this.#steps.reverse())
      await step().catch((thrown: unknown) => this.log.warn({ err: thrown }, 'a part did not close well'))
  }
}
