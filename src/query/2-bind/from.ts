import type { ColumnType, Shape } from '../../connector/column.js'
import { didYouMean, nearNames } from '../../connector/near-names.js'
import { Pace } from '../../connector/next-turn.js'
import { BadUserInput, DialsError, TypeMismatch } from '../../errors.js'
import type { Path } from '../1-parse/filter.js'
import type { ParsedTable } from '../1-parse/parse.js'
import type { Meaning } from './bound-query.js'
import type { QueryTable } from '../../catalogue/tables-for-query.js'

/** The hub fills these columns with a row's spoke and table. It ignores a published column of the same name, which could lie about them. */
const pseudoColumns = ['_spoke', '_table'] as const

/** Whether a name is `_spoke` or `_table`. */
export function isPseudoColumn(name: string): name is (typeof pseudoColumns)[number] {
  return (pseudoColumns as readonly string[]).includes(name)
}

type QueryColumn = QueryTable['columns'][number]

/** The tables of `from` and their common columns, by name. */
export interface From {
  /** In order of first appearance. `_spoke` and `_table` come last. */
  readonly columns: readonly NamedColumn[]
  readonly members: readonly Member[]
}

/** A column with the name and the shape that all tables of `from` share. */
export interface NamedColumn extends Meaning {
  readonly name: string
  readonly shape: Shape
}

/** A table of `from`, and its columns by their shared names. */
export interface Member {
  readonly table: QueryTable
  /** The published columns, or those that `members` chooses, by their shared names. Members over the same table may share one map. */
  readonly columns: ReadonlyMap<string, QueryColumn | Cell>
}

/** Where the rows of one table get a column's values from. */
export type Cell =
  | { readonly kind: 'column'; readonly column: QueryColumn; readonly from: Shape; readonly readAs?: Shape }
  /** The value of `_spoke` or `_table`. */
  | { readonly kind: 'text'; readonly value: string }

/** Where a table gets the column of this name from. Undefined where it has no such column. */
export function cellOf(name: string, { table, columns }: Member): Cell | undefined {
  if (isPseudoColumn(name)) return origin(name, table)
  const found = columns.get(name)
  return found === undefined || 'kind' in found ? found : cellOfColumn(found, shapeOfColumn(found))
}

/**
 * The columns of a union of tables (UNION ALL by name). A column's types must be equal, or all numbers. A table without the column has null
 * in it.
 * @throws TYPE_MISMATCH, UNKNOWN_COLUMN and BAD_USER_INPUT, with the place.
 */
export async function bindFrom(from: ParsedTable, tables: ReadonlyMap<string, QueryTable>): Promise<From> {
  const published = new Map<string, ReadonlyMap<string, QueryColumn>>()
  const byName = new Map<string, NamedColumn>()
  const members: Member[] = []
  const pace = new Pace()
  for (const member of from.members) {
    const table = tables.get(member.table) as QueryTable
    const known = published.get(table.id)
    const own = known ?? publishedColumns(table)
    published.set(table.id, own)
    const columns = member.columns === undefined ? own : chosenColumns(table, own, member.columns)
    // A table that the union names again adds no new columns.
    if (known === undefined || columns !== known) {
      await pace.before(columns.size)
      for (const [name, column] of columns) addColumn(byName, name, column, member.path)
    }
    members.push({ table, columns })
  }
  return { columns: [...byName.values(), ...pseudoColumns.map((name): NamedColumn => ({ name, shape: text }))], members }
}

const text: Shape = { type: 'STRING' }

function publishedColumns({ columns }: QueryTable): Map<string, QueryColumn> {
  return new Map(columns.filter(({ name }) => !isPseudoColumn(name)).map((column) => [column.name, column]))
}

function chosenColumns(
  table: QueryTable,
  own: ReadonlyMap<string, QueryColumn>,
  chosen: NonNullable<ParsedTable['members'][number]['columns']>,
): Map<string, Cell> {
  const columns = new Map<string, Cell>()
  for (const { column, as, type, path } of chosen) {
    const name = as ?? column
    if (isPseudoColumn(name)) {
      if (name === column) continue
      throw new BadUserInput(`'${name}' says where a row came from: no other column can be called so.`, { inputPath: [...path, 'as'] })
    }
    if (columns.has(name)) throw new BadUserInput(`Two columns of this member are called '${name}'.`, { inputPath: path })
    if (isPseudoColumn(column)) {
      columns.set(name, origin(column, table))
      continue
    }
    const description = own.get(column)
    if (description === undefined) {
      const suggestions = nearNames(column, [...own.keys()])
      const lack = `The table ${table.id} has no column '${column.slice(0, 200)}'.`
      throw new DialsError('UNKNOWN_COLUMN', `${lack}${didYouMean(suggestions)}`, { inputPath: [...path, 'column'], suggestions })
    }
    columns.set(name, cellOfColumn(description, type === undefined ? shapeOfColumn(description) : readAs(description, type, path)))
  }
  return columns
}

/** A column with a chosen type is cast to it before the union casts it to the common type, which may be wider. */
function cellOfColumn(column: QueryColumn, shape: Shape): Cell {
  const from = shapeOfColumn(column)
  const same = shape.type === from.type && shape.scale === from.scale
  return { kind: 'column', column, from, ...(same ? {} : { readAs: shape }) }
}

function shapeOfCell(cell: Cell): Shape {
  return cell.kind === 'text' ? text : (cell.readAs ?? cell.from)
}

function origin(name: (typeof pseudoColumns)[number], table: QueryTable): Cell {
  return { kind: 'text', value: name === '_spoke' ? table.spokeId : table.id }
}

/** Adds one member's column to the common columns. Returns early where nothing changes, as for most members of a large union. */
function addColumn(byName: Map<string, NamedColumn>, name: string, column: QueryColumn | Cell, path: Path): void {
  const before = byName.get(name)
  const cell = 'kind' in column ? column : undefined
  const own = cell === undefined ? (column as QueryColumn) : shapeOfCell(cell)
  const described = cell === undefined ? (column as QueryColumn) : cell.kind === 'column' ? cell.column : undefined
  const [semanticType, unit] = [described?.semanticType ?? undefined, described?.unit ?? undefined]
  const isLike = before?.shape.type === own.type && (before.shape.scale ?? null) === (own.scale ?? null)
  if (isLike && before.semanticType === semanticType && before.unit === unit) return
  const shape = shapeOfColumn(own)
  byName.set(name, {
    name,
    shape: before === undefined ? shape : unify(before.shape, shape, name, path),
    // Kept only where all members agree.
    ...(semanticType !== undefined && (before === undefined || before.semanticType === semanticType) ? { semanticType } : {}),
    ...(unit !== undefined && (before === undefined || before.unit === unit) ? { unit } : {}),
  })
}

const numbers: readonly ColumnType[] = ['INT64', 'DECIMAL', 'DOUBLE']

function unify(left: Shape, right: Shape, name: string, path: readonly (string | number)[]): Shape {
  if (left.type === right.type)
    return left.type === 'DECIMAL' ? { type: 'DECIMAL', scale: Math.max(left.scale ?? 0, right.scale ?? 0) } : left
  if (numbers.includes(left.type) && numbers.includes(right.type)) {
    if (left.type === 'DOUBLE' || right.type === 'DOUBLE') return { type: 'DOUBLE' }
    return left.type === 'DECIMAL' ? left : right
  }
  throw new TypeMismatch(
    `'${name}' is ${left.type} in one table and ${right.type} in another. Read it as one type: members: [{ columns: [{ column, type }] }].`,
    {
      inputPath: path,
    },
  )
}

/** Digits after the point of a column that is read as DECIMAL and has no scale. */
const decimalScale = 10
const readable: Partial<Record<ColumnType, readonly ColumnType[]>> = {
  STRING: ['BOOLEAN', 'INT64', 'DOUBLE', 'DECIMAL', 'DATE', 'TIME', 'TIMESTAMP', 'TIMESTAMPTZ'],
  BOOLEAN: ['STRING'],
  INT64: ['STRING', 'DOUBLE', 'DECIMAL'],
  DOUBLE: ['STRING', 'DECIMAL'],
  DECIMAL: ['STRING', 'DOUBLE'],
  DATE: ['STRING', 'TIMESTAMP'],
  TIME: ['STRING'],
  TIMESTAMP: ['STRING', 'DATE'],
  TIMESTAMPTZ: ['STRING'],
  GEOMETRY: ['STRING'],
  JSON: ['STRING'],
  LIST: ['STRING'],
}

function readAs(column: QueryColumn, type: ColumnType, path: readonly (string | number)[]): Shape {
  if (type === column.type) return shapeOfColumn(column)
  if (readable[column.type]?.includes(type) !== true) {
    throw new TypeMismatch(`'${column.name}' is ${column.type} and cannot be read as ${type}.`, { inputPath: [...path, 'type'] })
  }
  return type === 'DECIMAL' ? { type, scale: column.type === 'INT64' ? 0 : decimalScale } : { type }
}

function shapeOfColumn({ type, scale }: { readonly type: ColumnType; readonly scale?: number | null | undefined }): Shape {
  return scale === null || scale === undefined ? { type } : { type, scale }
}
