import type { Sides } from '../../../connector/cut.js'
import type { Relation, RelationOf } from '../../../connector/relation.js'
import { mapInputs } from '../../../connector/traverse.js'
import { sourceOf } from '../../../connector/source-sides.js'

/** The same rows, where inputs that one source can union itself become a union of their own, in order of first appearance. */
export function unionBySource(relation: Relation, sides: Sides<string>): Relation {
  const mapped = mapInputs(relation, (input) => unionBySource(input, sides))
  return mapped.op === 'union' && sourceOf(mapped, sides) === undefined ? grouped(mapped, sides) : mapped
}

function grouped(union: RelationOf<'union'>, sides: Sides<string>): Relation {
  const groups = new Map<string | Relation, Relation[]>()
  for (const input of union.inputs) {
    const source = sourceOf(input, sides) ?? input
    const group = groups.get(source)
    if (group === undefined) groups.set(source, [input])
    else group.push(input)
  }
  const inputs = [...groups.values()].flatMap((group): Relation[] => {
    const own: Relation = { op: 'union', inputs: group }
    return group.length > 1 && sourceOf(own, sides) !== undefined ? [own] : group
  })
  return { op: 'union', inputs }
}
