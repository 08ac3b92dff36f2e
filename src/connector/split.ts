import type { Capabilities, Operator } from './capabilities.js'
import { cut, scanOfAnswer } from './cut.js'
import type { Relation } from './relation.js'
import { supportsOperator } from './supports.js'
import { shapesOf } from './shapes.js'
import { mapScans, operatorsOf } from './traverse.js'

/** A relation that one source is asked for, split by what the source runs. */
export interface Split {
  /** What the source runs. */
  readonly pushed: Relation
  /** What is applied to its answer: a relation whose one scan stands for the answer of `pushed`, with columns c0 … cn. */
  readonly remaining: Relation
  /** The operators in `pushed`, as reports name them. */
  readonly pushedDown: readonly Operator[]
}

/**
 * Pushes as much of a relation as the capabilities allow down to one source, from the scans upwards.
 * @throws RangeError where more than one part would be pushed: a source that cannot union its tables has to be asked for each alone.
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
 * What remains of a cut whose pieces went to sources: what each source does not run of its piece stands on top of that source's answer.
 * Its scans name the answers by the pieces' ids.
 */
export function overAnswers(remaining: Relation, splitOf: (id: string) => Split): Relation {
  return mapScans(remaining, ({ table: id }) => {
    const split = splitOf(id)
    const answer = scanOfAnswer(id, shapesOf(split.pushed))
    return mapScans(split.remaining, () => answer)
  })
}

/** The operators that a pushed relation holds, as reports name them. A scan is a PROJECT: it reads the wanted columns alone. */
export function pushedDown(relation: Relation): Operator[] {
  const names = new Set(namesIn(relation, 'PROJECT'))
  return (['PROJECT', 'FILTER', 'AGGREGATE', 'SORT', 'LIMIT'] as const).filter((name) => names.has(name))
}

/** The operators of a remainder, as reports name them, in the order in which they are applied. */
export function remainingOperators(remaining: Relation): Operator[] {
  return [...new Set(namesIn(remaining, undefined))]
}

/** The name of an operator in reports; undefined for a scan and a union, which are not reported. */
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
    } as const
  )[op]
}

function namesIn(relation: Relation, scan: Operator | undefined): Operator[] {
  return [...operatorsOf(relation)].flatMap((operator) => (operator.op === 'scan' ? (scan ?? []) : (operatorName(operator) ?? [])))
}
