import type { Decision, Of, Way } from './decision.js'

/** How the values of one demand are read. Its SQL is over `v`, a trimmed value, which is null where it stands for no value. */
export interface DemandReader {
  readonly steps: Way['steps']
  /** Ways in which all values may be read; the first that reads them all is taken. `readable`: SQL, whether a value can be read. */
  readonly ways: readonly { readonly name: string; readonly readable: (of: Of) => string }[]
  readonly evidence: Way['evidence']
  /** The decision, where a way reads all values; or why there is none. @param value SQL of the value, null for a mark */
  decide(value: string, counts: Counts): Decision | string
}

/** What was counted. */
export interface Counts {
  readonly values: number
  readonly found: (key: string) => number
  /** The way that reads all values. */
  readonly way: string
}
