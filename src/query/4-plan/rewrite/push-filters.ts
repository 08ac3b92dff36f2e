import type { Relation, RelationOf } from '../../../connector/relation.js'
import { mapInputs } from '../../../connector/traverse.js'

/** The same rows, with every filter of a union on each of its inputs. They share the predicate, which is not copied. */
export function pushFilters(relation: Relation): Relation {
  const pushed = mapInputs(relation, pushFilters)
  return pushed.op === 'filter' ? pushFilter(pushed) : pushed
}

function pushFilter(filter: RelationOf<'filter'>): Relation {
  const { input } = filter
  return input.op === 'union' ? { ...input, inputs: input.inputs.map((each) => pushFilter({ ...filter, input: each })) } : filter
}
