import type { Relation, RelationOf } from '../../../connector/relation.js'
import { mapInputs } from '../../../connector/traverse.js'

/** The same rows, where a filter over a union is applied to each input instead. The inputs share the predicate; it is not copied. */
export function pushFilters(relation: Relation): Relation {
  const pushed = mapInputs(relation, pushFilters)
  return pushed.op === 'filter' ? pushFilter(pushed) : pushed
}

function pushFilter(filter: RelationOf<'filter'>): Relation {
  const { input } = filter
  return input.op === 'union' ? { ...input, inputs: input.inputs.map((each) => pushFilter({ ...filter, input: each })) } : filter
}
