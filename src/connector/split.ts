import type { Capabilities, Operator } from './capabilities.js'
import { cut, scanOfAnswer } from './cut.js'
import type { Relation } from './relation.js'
import { supportsOperator } from './supports.js'
import { shapesOf } from './shapes.js'
import { mapScans, operatorsOf } from './traverse.js'

/** A relation that one source is asked for, split into what the source runs and the remainder. */
export interface Split {
  /** The part that the source runs. */
  readonly pushed: Relation
  /** The remainder, which runs over the source's answer. Its one scan stands for the answer of `pushed`, with columns c0 … cn. */
  readonly remaining: Relation
  /** The operators in `pushed`, as reports list them. */
  readonly pushedDown: readonly Operator[]
}

/**
 * Pushes as much of a relation down to one source as the capabilities allow, from the scans upwards.
 * @throws RangeError where more than one part would be pushed: the caller must ask a source that cannot union its tables for each one
 * alone.
 */
export function splitBy(capabilities: Capabilities, relation: Relation): Split {
  const { pieces, remaining } = cut(relation, {
    holderOf: () => 'source',
    runs: (_, operator) => supportsOperator(capabilities, operator),
  })
  const [only] = pieces
  if (only === undefined || pieces.length > 1) throw new RangeError('A source that cannot union tables was asked for several at once.')
  return { pushed: only.relation, remaining, pushedDown: pushedDown(only.relation) }
}

/**
 * The remainder of a cut after each source has split its piece: the remainder of each piece runs over that source's answer. Its scans refer
 * to the answers by the pieces' ids.
 */
export function overAnswers(remaining: Relation, splitOf: (id: string) => Split): Relation {
  return mapScans(remaining, ({ table: id }) => {
    const split = splitOf(id)
    const answer = scanOfAnswer(id, shapesOf(split.pushed))
    return mapScans(split.remaining, () => answer)
  })
}

/** The operators of a pushed relation, as reports list them. A scan counts as PROJECT, since it reads only the columns that it names. */
export function pushedDown(relation: Relation): Operator[] {
  const names = new Set(namesIn(relation, 'PROJECT'))
  return (['PROJECT', 'FILTER', 'JOIN', 'AGGREGATE', 'SORT', 'LIMIT'] as const).filter((name) => names.has(name))
}

/** The operators of a remainder, as reports list them, in the order in which they run. */
export function remainingOperators(remaining: Relation): Operator[] {
  return [...new Set(namesIn(remaining, undefined))]
}

/** The name of an operator in reports. Undefined for scan and union, which reports do not list. */
export function operatorName({ op }: Relation): Operator | undefined {
  return (
    {
      scan: undefined,
      union: undefined,
      filter: 'FILTER',
      project: 'PROJECT',
      aggregate: 'AGGREGATE',
      sort: 'SORT',
      limit: 'LIMIT',
      join: 'JOIN',
      match: 'JOIN',
    } as const
  )[op]
}

function namesIn(relation: Relation, scan: Operator | undefined): Operator[] {
  return [...operatorsOf(relation)].flatMap((operator) => (operator.op === 'scan' ? (scan ?? []) : (operatorName(operator) ?? [])))
}
