import type { Decision, Of, Way } from './decision.js'

/** How to read values as a type that the publisher asks for. Its SQL is over `v`, a trimmed value, which is null for a mark. */
export interface DemandReader {
  readonly steps: Way['steps']
  /** Ways to read all values. The first one that can read them all is used. `readable` is SQL: whether a value can be read. */
  readonly ways: readonly { readonly name: string; readonly readable: (of: Of) => string }[]
  readonly evidence: Way['evidence']
  /** The decision once a way can read all values, or the reason why it still fails. @param value SQL of the value, null for a mark */
  decide(value: string, counts: Counts): Decision | string
}

/** The counts over all values. */
export interface Counts {
  readonly values: number
  readonly found: (key: string) => number
  /** The name of the way that reads all values. */
  readonly way: string
}
