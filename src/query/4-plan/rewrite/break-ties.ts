import type { Relation, RelationOf, SortKey } from '../../../connector/relation.js'
import { shapesOf } from '../../../connector/shapes.js'
import { mapInputs } from '../../../connector/traverse.js'

/**
 * The same order, without ties between different rows, so that pages neither repeat nor skip a row. After the requested keys it adds the
 * groups, or for rows every other column (GEOMETRY, JSON and LIST by their text).
 */
export function breakTies(relation: Relation): Relation {
  const broken = mapInputs(relation, breakTies)
  return broken.op === 'sort' ? withTies(broken) : broken
}

function withTies(sort: RelationOf<'sort'>): Relation {
  // Of the keys on one column only the first has an effect.
  const asked = new Map(sort.keys.toReversed().map((key) => [key.column, key]))
  const own = sort.keys.filter((key) => asked.get(key.column) === key)
  const ties = keyOf(sort.input).filter((column) => !asked.has(column))
  const keys = [...own, ...ties.map((column): SortKey => ({ column, descending: false, nullsFirst: false }))]
  return keys.length === 0 ? sort.input : { ...sort, keys }
}

/** Columns that identify the rows of a relation as far as possible, in order: the groups of an aggregation, else all columns. */
function keyOf(relation: Relation): readonly number[] {
  switch (relation.op) {
    case 'aggregate':
      return [...relation.groups.keys()]
    case 'project': {
      const key = new Set(keyOf(relation.input))
      const kept = [...relation.outputs.entries()].filter(([, output]) => output.kind === 'column' && key.delete(output.index))
      return key.size === 0 ? kept.map(([index]) => index) : [...relation.outputs.keys()]
    }
    case 'filter':
    case 'sort':
    case 'limit':
      return keyOf(relation.input)
    case 'scan':
    case 'union':
    case 'join':
    case 'match':
      return [...shapesOf(relation).keys()]
  }
}
