import { shapeOf, shapesOf } from '../../connector/shapes.js'
import type { Expression, Relation, TableScan } from '../../connector/relation.js'
import { mapInputs } from '../../connector/traverse.js'
import type { BoundQuery } from '../2-bind/bound-query.js'

/**
 * The query's relation, where every leaf returns null instead of the denied columns. A leaf is a projection of a scan, and its outputs are
 * the used columns of its table in their order. Columns are denied by that position and not by their names at the source: the same column of a table
 * may also be read under another name that is allowed.
 */
export function maskColumns({ relation, columns }: Pick<BoundQuery, 'relation' | 'columns'>, denied: ReadonlySet<number>): Relation {
  if (relation.op !== 'project' || relation.input.op !== 'scan') {
    return mapInputs(relation, (input) => maskColumns({ relation: input, columns }, denied))
  }
  const first = columns.findIndex(({ of }) => of === tableOf(relation.input as TableScan))
  const shapes = shapesOf(relation.input)
  const outputs = relation.outputs.map((output, index): Expression => {
    return denied.has(first + index) ? { kind: 'literal', shape: shapeOf(output, shapes), value: null } : output
  })
  return { ...relation, outputs }
}

/** Which table of the query a scan reads: its alias begins with it. */
function tableOf({ alias = '' }: TableScan): number {
  return Number(alias.split('.')[0])
}
