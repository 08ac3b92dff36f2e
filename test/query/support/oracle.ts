import type { Shape } from '../../../src/connector/column.js'
import { bucket } from './oracle-buckets.js'
import { keeps } from './oracle-filter.js'
import { measure, measureShape, weigh } from './oracle-measures.js'
import { type Cell, compare, convert, textOf } from './cells.js'
import type { Query, Relation, WorldTable } from './world.js'

/**
 * The answer to a query, computed by plain loops over plain rows, without SQL, a plan or anything of src/query. `rows` are all rows in
 * order; the caller cuts the page.
 */
export interface OracleAnswer extends Weighed {
  /** Columns of the union that the query uses and a table lacks, by table. */
  readonly missing: ReadonlyMap<string, readonly string[]>
}

interface Weighed extends Relation {
  /** For each column, the largest weight of one of its values; see `weigh`. */
  readonly weights: readonly number[]
}

export function oracle(query: Query, tables: readonly WorldTable[]): OracleAnswer {
  const union = unionOf(query, tables)
  const at = (name: string) => positionOf(union, name, aliasOf(query))
  const filters = [query.from.where, query.where].filter((filter) => filter !== undefined)
  const cellAt =
    (row: readonly Cell[]) =>
    (name: string): [Cell, Shape] => [row[at(name)] as Cell, union.columns[at(name)] as Shape]
  const kept = { ...union, rows: union.rows.filter((row) => filters.every((filter) => keeps(filter, cellAt(row)) === true)) }
  const isGrouped = query.groupBy !== undefined || query.measures !== undefined
  const answer = isGrouped ? grouped(query, kept, at) : selected(query, kept, at)
  const all = isGrouped || query.select !== undefined ? [] : union.columns.map(({ name }) => name)
  const used = new Set([...namesIn(query).map((name) => union.columns[at(name)]?.name), ...all])
  const missing = new Map([...union.missing].map(([id, names]) => [id, names.filter((name) => used.has(name))]))
  return { ...answer, rows: sorted(query, answer), missing }
}

interface Union extends Relation {
  readonly missing: ReadonlyMap<string, readonly string[]>
}

function unionOf({ from }: Query, tables: readonly WorldTable[]): Union {
  const members = from.members ?? (from.union ?? [from.table as string]).map((table) => ({ table, columns: undefined }))
  const chosen = members.map(({ table: id, columns }) => {
    const table = tables.find((one) => one.id === id) as WorldTable
    const chosenColumns = (columns ?? table.columns.map(({ name }) => ({ column: name }))) as {
      column: string
      as?: string
      type?: Shape['type']
    }[]
    return {
      table,
      cells: chosenColumns.map(({ column, as, type }) => {
        const index = table.columns.findIndex(({ name }) => name === column)
        const own = shapeOf(table.columns[index] as Shape)
        return { name: as ?? column, index, own, shape: type === undefined || type === own.type ? own : { type } }
      }),
    }
  })
  const shapes = new Map<string, Shape>()
  for (const { name, shape } of chosen.flatMap(({ cells }) => cells)) shapes.set(name, wider(shapes.get(name), shape))
  const text = { type: 'STRING' } as const
  const columns = [...[...shapes].map(([name, shape]) => ({ name, ...shape })), { name: '_spoke', ...text }, { name: '_table', ...text }]
  const rows = inOrderOfSources(chosen).flatMap(({ table, cells }) =>
    table.rows.map((row) =>
      columns.map(({ name, ...shape }) => {
        if (name === '_spoke') return table.spokeId
        if (name === '_table') return table.id
        const cell = cells.find((one) => one.name === name)
        return cell === undefined ? null : convert(convert(row[cell.index] as Cell, cell.own, cell.shape), cell.shape, shape)
      }),
    ),
  )
  const missing = chosen.map(
    ({ table, cells }) => [table.id, [...shapes.keys()].filter((name) => !cells.some((cell) => cell.name === name))] as const,
  )
  return { columns, rows, missing: new Map(missing) }
}

function inOrderOfSources<T extends { table: WorldTable }>(members: readonly T[]): T[] {
  const spokes = [...new Set(members.map(({ table }) => table.spokeId))]
  return spokes.flatMap((spokeId) => members.filter(({ table }) => table.spokeId === spokeId))
}

function shapeOf({ type, scale }: Shape): Shape {
  return scale === undefined ? { type } : { type, scale }
}

function wider(left: Shape | undefined, right: Shape): Shape {
  if (left === undefined) return right
  if (left.type === 'DOUBLE' || right.type === 'DOUBLE') return { type: 'DOUBLE' }
  if (left.type === 'DECIMAL' || right.type === 'DECIMAL') return { type: 'DECIMAL', scale: Math.max(left.scale ?? 0, right.scale ?? 0) }
  return left
}

function aliasOf({ from }: Query): string | undefined {
  const only = from.table ?? (from.members?.length === 1 ? from.members[0]?.table : undefined)
  return from.as ?? only?.split('/').at(-1)
}

function positionOf(union: Relation, name: string, alias: string | undefined): number {
  const bare = alias !== undefined && name.startsWith(`${alias}.`) ? name.slice(alias.length + 1) : name
  return union.columns.findIndex((column) => column.name === bare)
}

function selected(query: Query, union: Relation, at: (name: string) => number): Weighed {
  const all = union.columns.filter(({ name }) => name !== '_spoke' && name !== '_table').map(({ name }) => ({ column: name, as: name }))
  const outputs = (query.select ?? all).map(({ column, as }) => ({ index: at(column), name: as ?? union.columns[at(column)]?.name ?? '' }))
  return {
    columns: outputs.map(({ index, name }) => ({ ...(union.columns[index] as Shape), name })),
    rows: union.rows.map((row) => outputs.map(({ index }) => row[index] as Cell)),
    weights: outputs.map(() => 0),
  }
}

function grouped(query: Query, union: Relation, at: (name: string) => number): Weighed {
  const groups = (query.groupBy ?? []).map(({ column, granularity, as }) => {
    const { name, ...shape } = union.columns[at(column)] as { name: string } & Shape
    if (granularity === undefined) return { output: { name: as ?? name, ...shape }, of: (row: readonly Cell[]) => row[at(column)] as Cell }
    const output = { name: as ?? `${name}_${granularity.toLowerCase()}`, type: 'DATE' as const }
    const zone = query.timeZone ?? 'Europe/London'
    return { output, of: (row: readonly Cell[]): Cell => bucket(row[at(column)] as string | null, shape.type, granularity, zone) }
  })
  const measures = (query.measures ?? []).map(({ function: name, column, as }) => {
    const shape = column === undefined ? undefined : union.columns[at(column)]
    const output = { ...measureShape(name, shape), name: as ?? (column === undefined ? 'count' : `${name.toLowerCase()}_${shape?.name}`) }
    const cells = (rows: readonly (readonly Cell[])[]) => (column === undefined ? undefined : rows.map((row) => row[at(column)] as Cell))
    const weight = (rows: readonly (readonly Cell[])[]) => (output.type === 'DOUBLE' ? weigh(name, cells(rows) ?? []) : 0)
    return { output, of: (rows: readonly (readonly Cell[])[]) => measure(name, cells(rows), rows.length, shape), weight }
  })
  const buckets = new Map<string, { keys: Cell[]; rows: (readonly Cell[])[] }>()
  if (groups.length === 0) buckets.set('[]', { keys: [], rows: [] })
  for (const row of union.rows) {
    const keys = groups.map(({ of }) => of(row))
    const key = JSON.stringify(keys.map((cell) => (cell === null ? null : textOf(cell))))
    const group = buckets.get(key) ?? { keys, rows: [] }
    group.rows.push(row)
    buckets.set(key, group)
  }
  const columns = [...groups, ...measures].map(({ output }) => output)
  const weights = [
    ...groups.map(() => 0),
    ...measures.map(({ weight }) => Math.max(0, ...[...buckets.values()].map(({ rows: own }) => weight(own)))),
  ]
  const rows = [...buckets.values()].map(({ keys, rows: own }) => [...keys, ...measures.map(({ of }) => of(own))])
  const position = (name: string) => columns.findIndex((column) => column.name === name)
  const { having } = query
  return {
    columns,
    weights,
    rows:
      having === undefined
        ? rows
        : rows.filter((row) => keeps(having, (name) => [row[position(name)] as Cell, columns[position(name)] as Shape]) === true),
  }
}

/** Sorts by the requested keys, then by the groups, or by every other column that can be compared. */
function sorted(query: Query, { columns, rows }: Relation): (readonly Cell[])[] {
  const asked = (query.orderBy ?? []).map(({ column, direction, nulls }) => ({
    index: columns.findIndex(({ name }) => name === column),
    sign: direction === 'DESC' ? -1 : 1,
    nullSign: nulls === 'FIRST' ? -1 : 1,
  }))
  const isGrouped = query.groupBy !== undefined || query.measures !== undefined
  if (!isGrouped && asked.length === 0) return [...rows]
  const rest = columns.flatMap((_, index) => (isGrouped && index >= (query.groupBy?.length ?? 0) ? [] : [{ index, sign: 1, nullSign: 1 }]))
  return [...rows].sort((left, right) => {
    for (const { index, sign, nullSign } of [...asked, ...rest]) {
      const [one, other] = [left[index] as Cell, right[index] as Cell]
      if (one === null && other === null) continue
      const order = one === null ? nullSign : other === null ? -nullSign : sign * compare(one, other)
      if (order !== 0) return order
    }
    return 0
  })
}

/** Every column that a query names, without its outputs. */
function namesIn(query: Query): string[] {
  const inFilter = (filter: unknown): string[] => {
    if (typeof filter !== 'object' || filter === null) return []
    const { column, and, or, not } = filter as { column?: string; and?: unknown[]; or?: unknown[]; not?: unknown }
    return [...(column === undefined ? [] : [column]), ...[...(and ?? []), ...(or ?? []), not].flatMap(inFilter)]
  }
  const named = [...(query.select ?? []), ...(query.groupBy ?? []), ...(query.measures ?? [])].flatMap(({ column }) =>
    column === undefined ? [] : [column],
  )
  return [...named, ...inFilter(query.where), ...inFilter(query.from.where)]
}
