import { shapeOf, shapesOf } from '../../connector/shapes.js'
import type { Expression, Relation } from '../../connector/relation.js'
import { mapInputs } from '../../connector/traverse.js'

/**
 * The same relation, where every leaf returns null instead of the denied columns. A leaf is a projection of a scan, and its outputs are the
 * columns of `from` in their order. Columns are denied by that position and not by their names at the source: the same column of a table
 * may also be read under another name that is allowed.
 */
export function maskColumns(relation: Relation, denied: ReadonlySet<number>): Relation {
  if (relation.op !== 'project' || relation.input.op !== 'scan') return mapInputs(relation, (input) => maskColumns(input, denied))
  const shapes = shapesOf(relation.input)
  const outputs = relation.outputs.map((output, index): Expression => {
    return denied.has(index) ? { kind: 'literal', shape: shapeOf(output, shapes), value: null } : output
  })
  return { ...relation, outputs }
}
