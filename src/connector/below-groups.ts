import type { Expression, Predicate, RelationOf } from './relation.js'
import { mapColumns, mapPredicateColumns } from './traverse.js'

/** The same value before rows are grouped. It must read groups alone, and each of these must be a column. */
export function belowGroups(expression: Expression, aggregate: RelationOf<'aggregate'>): Expression {
  return mapColumns(expression, (index) => columnOf(aggregate, index))
}

/** The same groups, only of the rows where a predicate holds. It must read groups alone, and each of these must be a column. */
export function filterBelowGroups(predicate: Predicate, aggregate: RelationOf<'aggregate'>): RelationOf<'aggregate'> {
  const below = mapPredicateColumns(predicate, (index) => columnOf(aggregate, index))
  return { ...aggregate, input: { op: 'filter', predicate: below, input: aggregate.input } }
}

function columnOf({ groups }: RelationOf<'aggregate'>, index: number): number {
  const group = groups[index]
  if (group?.kind !== 'column') throw new RangeError(`Output ${index} of an aggregate is no column of its input.`)
  return group.index
}
