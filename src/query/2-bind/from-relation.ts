import type { Shape } from '../../connector/column.js'
import { Pace } from '../../connector/next-turn.js'
import type { Expression, Relation, TableScan } from '../../connector/relation.js'
import type { FromColumn, Origin } from './bound-query.js'
import { type Cell, cellOf, type From, type Member } from './from.js'

/**
 * The tables of `from` as a relation: a projection of a scan for each table, below a union where there are several. It has only the columns
 * that the query uses, because a union of many wide tables would be large.
 * @param used positions in `from.columns`, ascending.
 * @param of which table of the query `from` is.
 */
export async function fromRelation(
  from: From,
  used: readonly number[],
  of: number,
): Promise<{ relation: Relation; columns: FromColumn[] }> {
  const columns = used.map((index) => ({
    ...(from.columns[index] as From['columns'][number]),
    of,
    origins: [] as Origin[],
    missingIn: [] as string[],
  }))
  const leaves: Relation[] = []
  const pace = new Pace()
  for (const [position, member] of from.members.entries()) {
    await pace.before(columns.length)
    const alias = `${of}.${position}`
    const cells = columns.map(({ name }) => cellOf(name, member))
    cells.forEach((cell, index) => {
      if (cell === undefined) columns[index]?.missingIn.push(alias)
      else if (cell.kind === 'column') columns[index]?.origins.push({ table: member.table.id, column: cell.column })
    })
    leaves.push(leafOf(member, alias, cells, columns))
  }
  return { relation: leaves.length === 1 ? (leaves[0] as Relation) : { op: 'union', inputs: leaves }, columns }
}

function leafOf(
  { table }: Member,
  alias: string,
  cells: readonly (Cell | undefined)[],
  columns: readonly { readonly shape: Shape }[],
): Relation {
  const scan: TableScan = { op: 'scan', table: table.id, alias, columns: [] }
  const positions = new Map<string, number>()
  const read = ({ column, from }: Extract<Cell, { kind: 'column' }>): Expression => {
    const known = positions.get(column.name)
    const index = known ?? scan.columns.push({ name: column.name, ...from }) - 1
    positions.set(column.name, index)
    return { kind: 'column', index }
  }
  const outputs = cells.map((cell, index): Expression => {
    const { shape } = columns[index] as { readonly shape: Shape }
    if (cell === undefined) return { kind: 'literal', shape, value: null }
    if (cell.kind === 'text') return { kind: 'literal', shape, value: cell.value }
    const { from, readAs } = cell
    return readAs === undefined ? cast(read(cell), from, shape) : cast(cast(read(cell), from, readAs), readAs, shape)
  })
  return { op: 'project', outputs, input: scan }
}

function cast(input: Expression, from: Shape, to: Shape): Expression {
  return from.type === to.type && from.scale === to.scale ? input : { kind: 'cast', input, to }
}
