import type { Shape } from '../../../src/connector/column.js'
import { bucket } from './oracle-buckets.js'
import { keeps } from './oracle-filter.js'
import { measure, measureShape, weigh } from './oracle-measures.js'
import { type Cell, compare, convert, textOf } from './cells.js'
import { aliasOf, type NamedColumn, outputName, resolve } from './named-columns.js'
import { countMatches, joinRows, type JoinSide, type Matches } from './oracle-join.js'
import { keyOf } from './oracle-keys.js'
import type { Filter, JoinInput, Normalise, Query, Relation, TableInput, WorldTable } from './world.js'

/**
 * The answer to a query, computed by plain loops over plain rows, without SQL, a plan or anything of src/query. `rows` are all rows in
 * order; the caller cuts the page.
 */
export interface OracleAnswer extends Weighed {
  /** Columns of its stacks that the query uses and a table lacks, by table. */
  readonly missing: ReadonlyMap<string, readonly string[]>
  readonly matches: readonly Matches[]
  readonly complete: boolean
}

interface Weighed extends Relation {
  /** For each column, the largest weight of one of its values; see `weigh`. */
  readonly weights: readonly number[]
}

/** @param failed spokes that do not answer: under PARTIAL, their tables have no rows. */
export function oracle(query: Query, tables: readonly WorldTable[], failed: ReadonlySet<string> = new Set()): OracleAnswer {
  const { columns, visible, rows, sides, matches } = joined(query, tables, failed)
  const at = (name: string) => columns.indexOf(resolve(visible, name) as Column)
  const { where } = query
  const kept = {
    columns: columns.map((column) => ({ ...shapeOf(column), name: outputName(visible, column) })),
    rows: where === undefined ? rows : rows.filter((row) => keeps(where, cellOf(row, visible, columns)) === true),
  }
  const isGrouped = query.groupBy !== undefined || query.measures !== undefined
  const shown = visible.filter(({ name }) => name !== '_spoke' && name !== '_table')
  const answer = isGrouped
    ? grouped(query, kept, at)
    : selected(
        query,
        kept,
        at,
        shown.map((column) => columns.indexOf(column)),
      )
  const used = usedColumns(query, columns, visible, isGrouped || query.select !== undefined ? [] : shown)
  const missing = new Map<string, string[]>()
  for (const [of, side] of sides.entries())
    for (const [id, names] of side.missing) {
      const own = names.filter((name) => used.some((column) => column.of === of && column.name === name))
      missing.set(id, [...new Set([...(missing.get(id) ?? []), ...own])])
    }
  const complete = !tables.some(({ id, spokeId }) => missing.has(id) && failed.has(spokeId))
  return { ...answer, rows: sorted(query, answer), missing, matches, complete }
}

type Column = NamedColumn
type Row = readonly Cell[]

/** A row's cell of a column that a filter names. `among` are the columns that it may name, `columns` those of the row. */
function cellOf(row: Row, among: readonly Column[], columns: readonly Column[]): (name: string) => [Cell, Shape] {
  return (name) => {
    const column = resolve(among, name) as Column
    return [row[columns.indexOf(column)] as Cell, column]
  }
}

/** The rows of all tables joined, before `where`, and what each join matched. `visible` are the columns that rows have. */
function joined(query: Query, tables: readonly WorldTable[], failed: ReadonlySet<string>) {
  const inputs = [query.from, ...(query.joins ?? []).map(({ table }) => table)]
  const sides = inputs.map((from, of) => {
    const { rows, missing, columns } = unionOf(from, tables, failed)
    const own = columns.map((column): Column => ({ ...column, of, alias: aliasOf(from) }))
    const { where } = from
    const kept = where === undefined ? rows : rows.filter((row) => keeps(where, cellOf(row, own, own)) === true)
    const isFailed = [...missing.keys()].some((id) => failed.has(tables.find((table) => table.id === id)?.spokeId ?? ''))
    return { columns: own, rows: kept, missing, failed: isFailed }
  })
  const columns = sides.flatMap((side) => side.columns)
  const isVisible = (of: number) => query.joins?.[of - 1]?.type !== 'ANTI'
  const visible = columns.filter(({ of }) => isVisible(of))
  // Terms that name columns of one side of a join alone count before it.
  const terms = conjuncts(query.where).map((filter) => ({
    filter,
    columns: namesInFilter(filter).map((name) => resolve(visible, name) as Column),
  }))
  const holds = (row: Row, of: readonly Column[], own: readonly Filter[]) =>
    own.every((filter) => keeps(filter, cellOf(row, visible, of)) === true)

  const [first, ...others] = sides as [(typeof sides)[number], ...typeof sides]
  let rows: readonly Row[] = first.rows
  let of: readonly Column[] = first.columns
  const matches: Matches[] = []
  for (const [index, right] of others.entries()) {
    const { type = 'INNER', on } = (query.joins as JoinInput[])[index] as JoinInput
    const keyed = (name: 'left' | 'right', columns: readonly Column[], isFailed: boolean, own: readonly Row[]): JoinSide => {
      const parts = on.map((key) => ({ position: columns.indexOf(resolve(columns, key[name]) as Column), as: key.normalise }))
      const keyAt = (row: Row, position: number, as: Normalise | undefined) => keyOf(row[position] as Cell, columns[position] as Shape, as)
      return { rows: own, failed: isFailed, keysOf: (row) => parts.map(({ position, as }) => keyAt(row, position, as)) }
    }
    const before = terms.filter(({ columns: named }) => named.every((column) => column.of <= index)).map(({ filter }) => filter)
    const ofRight = terms.filter(({ columns: named }) => named.every((column) => column.of === index + 1)).map(({ filter }) => filter)
    const leftFailed = sides.slice(0, index + 1).some((side) => side.failed)
    const left = (own: readonly Row[]) => keyed('left', of, leftFailed, own)
    const rightOf = (own: readonly Row[]) => keyed('right', right.columns, right.failed, own)
    const wide = of
    const counted = type === 'INNER' ? right.rows.filter((row) => holds(row, right.columns, ofRight)) : right.rows
    matches.push(countMatches(type, left(rows.filter((row) => holds(row, wide, before))), rightOf(counted)))
    rows = joinRows(type, left(rows), rightOf(right.rows), right.columns.length)
    if (type !== 'ANTI') of = [...of, ...right.columns]
  }
  return { columns: of, visible, rows, sides, matches }
}

function conjuncts(filter: Filter | undefined): Filter[] {
  if (filter === undefined) return []
  return Array.isArray(filter['and']) ? (filter['and'] as Filter[]).flatMap(conjuncts) : [filter]
}

interface Union extends Relation {
  readonly missing: ReadonlyMap<string, readonly string[]>
}

function unionOf(from: TableInput, tables: readonly WorldTable[], failed: ReadonlySet<string>): Union {
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
    (failed.has(table.spokeId) ? [] : table.rows).map((row) =>
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

function selected(query: Query, union: Relation, at: (name: string) => number, all: readonly number[]): Weighed {
  const asked = query.select?.map(({ column, as }) => ({ index: at(column), as })) ?? all.map((index) => ({ index, as: undefined }))
  const outputs = asked.map(({ index, as }) => ({ index, name: as ?? union.columns[index]?.name ?? '' }))
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

/** Every column that a query names, and those that it shows without naming them. */
function usedColumns(query: Query, joinedColumns: readonly Column[], visible: readonly Column[], shown: readonly Column[]): Column[] {
  const said = [...(query.select ?? []), ...(query.groupBy ?? []), ...(query.measures ?? [])].flatMap(({ column }) => column ?? [])
  const inAll = [...said, ...namesInFilter(query.where)].map((name) => resolve(visible, name))
  const joins = query.joins ?? []
  const inSides = [query.from, ...joins.map(({ table }) => table)].flatMap((from, of) => {
    const bare = (name: string) => (name.startsWith(`${aliasOf(from)}.`) ? name.slice(`${aliasOf(from)}.`.length) : name)
    const right = joins[of - 1]?.on.map((key) => key.right) ?? []
    // Of the right side of an ANTI join there is no column in the rows.
    return [...namesInFilter(from.where), ...right].flatMap((name) => [name, bare(name)].map((each) => ({ of, name: each }) as Column))
  })
  const inLeft = joins.flatMap(({ on }, index) => {
    const left = joinedColumns.filter(({ of }) => of <= index)
    return on.map((key) => resolve(left, key.left))
  })
  return [...inAll, ...inSides, ...inLeft, ...shown].filter((column) => column !== undefined)
}

/** The columns that a filter names. */
function namesInFilter(filter: unknown): string[] {
  if (typeof filter !== 'object' || filter === null) return []
  const { column, and, or, not } = filter as { column?: string; and?: unknown[]; or?: unknown[]; not?: unknown }
  return [...(column === undefined ? [] : [column]), ...[...(and ?? []), ...(or ?? []), not].flatMap(namesInFilter)]
}
