import type { Shape } from '../../connector/column.js'
import type { Expression, Relation, TableScan } from '../../connector/relation.js'
import type { Leaf, LeafCell } from '../2-bind/bound-query.js'

/** One table of the stack as a relation that answers the wanted stack columns: only those are read of it (column pruning). */
export function leafRelation(leaf: Leaf, wanted: readonly { index: number; shape: Shape }[]): Relation {
  const columns: TableScan['columns'] = []
  const outputs = wanted.map(({ index, shape }): Expression => {
    const cell = leaf.cells[index] as LeafCell
    if (cell.kind === 'missing') return { kind: 'literal', shape, value: null }
    if (cell.kind === 'text') return { kind: 'literal', shape, value: cell.value }
    let position = columns.findIndex(({ name }) => name === cell.name)
    if (position === -1) position = columns.push({ name: cell.name, ...cell.from }) - 1
    const column: Expression = { kind: 'column', index: position }
    return convert(cell.readAs === undefined ? column : convert(column, cell.from, cell.readAs), cell.readAs ?? cell.from, shape)
  })
  const scan: TableScan = { op: 'scan', table: leaf.table.id, columns }
  const identity = outputs.length === columns.length && outputs.every((output, index) => output.kind === 'column' && output.index === index)
  return identity ? scan : { op: 'project', input: scan, outputs }
}

function convert(input: Expression, from: Shape, to: Shape): Expression {
  return from.type === to.type && from.scale === to.scale ? input : { kind: 'cast', input, to }
}
