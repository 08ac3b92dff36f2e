import { shapeOf, shapesOf } from '../../connector/shapes.js'
import type { Expression, Relation, RelationOf, TableScan } from '../../connector/relation.js'
import { columnsOf, mapInputs } from '../../connector/traverse.js'
import type { Origin } from '../2-bind/bound-query.js'

/** The same relation, where every projection of a scan returns null instead of one of these columns. */
export function maskColumns(relation: Relation, origins: readonly Origin[]): Relation {
  const masked = new Map<string, Set<string>>()
  for (const { table, column } of origins) masked.set(table, (masked.get(table) ?? new Set()).add(column.name))
  const mask = (part: Relation): Relation => {
    if (part.op !== 'project' || part.input.op !== 'scan') return mapInputs(part, mask)
    const names = masked.get(part.input.table)
    return names === undefined ? part : maskLeaf(part, part.input, names)
  }
  return mask(relation)
}

function maskLeaf(leaf: RelationOf<'project'>, scan: TableScan, names: ReadonlySet<string>): Relation {
  const shapes = shapesOf(scan)
  const reads = (output: Expression) => columnsOf(output).some((index) => names.has(scan.columns[index]?.name ?? ''))
  const outputs = leaf.outputs.map((output): Expression => {
    return reads(output) ? { kind: 'literal', shape: shapeOf(output, shapes), value: null } : output
  })
  return { ...leaf, outputs }
}
