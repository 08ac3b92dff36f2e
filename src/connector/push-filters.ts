import type { Relation, RelationOf } from './relation.js'
import { mapInputs } from './traverse.js'

/**
 * The same rows, where a filter over a union is applied to each input instead. A filter that one side runs whole, union included, stays
 * where it is, so that its lists of values are sent once and not for each table.
 * @param runsWhole whether one side runs this filter with everything below it.
 */
export function pushFilters(relation: Relation, runsWhole: (filter: Relation) => boolean): Relation {
  const pushed = mapInputs(relation, (input) => pushFilters(input, runsWhole))
  return pushed.op === 'filter' ? pushFilter(pushed, runsWhole) : pushed
}

/** The inputs share the predicate; it is not copied. */
function pushFilter(filter: RelationOf<'filter'>, runsWhole: (filter: Relation) => boolean): Relation {
  const { input } = filter
  if (input.op !== 'union' || runsWhole(filter)) return filter
  return { ...input, inputs: input.inputs.map((each) => pushFilter({ ...filter, input: each }, runsWhole)) }
}
