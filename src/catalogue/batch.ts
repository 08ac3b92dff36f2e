import type { Judged, Problem, Shown } from './judge-event.js'

const bytesMax = 1024 * 1024

/** The records of one transaction: so many, or a megabyte of descriptions, so that memory does not grow with the source. */
export class Batch {
  readonly shown: Shown[] = []
  readonly problems: Problem[] = []
  /** Ids of datasets that the source reports as removed. */
  readonly removed: string[] = []
  #bytes = 0

  constructor(private readonly recordsMax: number) {}

  get records(): number {
    return this.shown.length + this.problems.length + this.removed.length
  }

  get isFull(): boolean {
    return this.records >= this.recordsMax || this.#bytes >= bytesMax
  }

  add(judged: Exclude<Judged, { kind: 'complete' }>): void {
    if (judged.kind === 'problem') this.problems.push(judged.problem)
    else if (judged.kind === 'removed') this.removed.push(judged.sourceId)
    else {
      this.shown.push(judged.shown)
      this.problems.push(...judged.problems)
      this.#bytes += judged.shown.bytes
    }
  }
}
