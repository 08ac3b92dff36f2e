import type { Shape } from '../../../../src/connector/column.js'
import type { Pattern } from './pattern.js'

/** What a column becomes: its shape, the SQL that reads it from its text, and what had to be assumed. */
export interface Decision {
  shape: Shape
  sql: string
  problem?: string
  /** RE2 that every value matches; where all rows do, the decision on some of them holds for all. */
  fits?: string
  /** SQL that must hold of every value as well. */
  holds?: string
  /** No row has a value. */
  empty?: boolean
  /** A number's text without its separators. */
  plain?: string
  /** A DECIMAL some of whose values have fewer digits after the point than others. */
  isMixedScale?: boolean
  /** What its commas are: those of decimals; or of thousands, though no value shows that they are not those of decimals. */
  commas?: 'decimal' | 'thousands'
  /** A value shows that its points are those of decimals. */
  hasDecimalPoints?: boolean
  /** What the values are if commas are decimal and points group thousands, where every value allows both readings. */
  swapped?: Decision
  /** Its publisher asks for its type. */
  isDemanded?: boolean
  /** What a file whose fields are separated by commas reports instead of reading decimal commas of which no value is certain. */
  uncertain?: string
}

/** SQL: a part of a value that a step before gave a name; `''` is the value itself. */
export type Of = (part: string) => string

/** How a column is decided: steps that take its values apart, what is counted over them, and what follows from the counts. */
export interface Way {
  /** The one pattern of its values, where they have one. */
  readonly pattern?: Pattern
  /** SQL of named parts, each step over those before it: what several aggregates need is worked out once. */
  readonly steps: readonly ((of: Of) => Record<string, string>)[]
  /** Aggregates; `decide` finds them by these keys. */
  readonly evidence: (of: Of) => Record<string, string>
  /** @param value how the column's values will be read, in SQL. */
  readonly decide: (column: string, value: string, found: (key: string) => number) => Decision
}

/** A text column as it is: an empty field is null, `""` is the empty text. @param problem why it is no other, where that is to be told. */
export function asText(column: string, problem?: string): Decision {
  return { shape: { type: 'STRING' }, sql: column, ...(problem === undefined ? {} : { problem }) }
}
