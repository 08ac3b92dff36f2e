import type { Shape } from '../../../../src/connector/column.js'
import type { Pattern } from './pattern.js'

/** What a column becomes: its shape, the SQL that reads it from its text, and what was assumed. */
export interface Decision {
  shape: Shape
  sql: string
  problem?: string
  /** RE2 for every value. If all rows match, a decision from some of them holds for all. */
  fits?: string
  /** SQL that must also be true for every value. */
  holds?: string
  /** No row has a value. */
  empty?: boolean
  /** SQL of a number's text without its separators. */
  plain?: string
  /** A DECIMAL whose values have different numbers of decimals. */
  isMixedScale?: boolean
  /** How its commas were read: as decimal commas; or as thousands separators, although no value rules out decimal commas. */
  commas?: 'decimal' | 'thousands'
  /** A value shows that its points are decimal points. */
  hasDecimalPoints?: boolean
  /** The decision for decimal commas and points between thousands, if every value allows both readings. */
  swapped?: Decision
  /** The publisher asks for its type. */
  isDemanded?: boolean
  /** What to report instead of reading decimal commas, if no value is certain and commas separate the fields of the file. */
  uncertain?: string
}

/** SQL of a part of the value, by the name that an earlier step gave it; `''` is the value itself. */
export type Of = (part: string) => string

/** How to decide on a column: steps that take values apart, counts over the parts, and the decision from the counts. */
export interface Way {
  /** The single pattern of its values, if there is one. */
  readonly pattern?: Pattern
  /** SQL of named parts. Each step may use the parts of earlier steps, so that a part which several counts need is computed once. */
  readonly steps: readonly ((of: Of) => Record<string, string>)[]
  /** Aggregates, which `decide` finds by their keys. */
  readonly evidence: (of: Of) => Record<string, string>
  /** @param value SQL of the column's values. */
  readonly decide: (column: string, value: string, found: (key: string) => number) => Decision
}

/**
 * Keeps a column as text: an empty field is null, `""` is the empty text.
 * @param problem why it has no other type, if that must be reported.
 */
export function asText(column: string, problem?: string): Decision {
  return { shape: { type: 'STRING' }, sql: column, ...(problem === undefined ? {} : { problem }) }
}
