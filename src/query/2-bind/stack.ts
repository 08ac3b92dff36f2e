import type { ColumnType, Shape } from '../../connector/column.js'
import { BadUserInput, DialsError, TypeMismatch } from '../../errors.js'
import type { ParsedTable } from '../1-parse/parse.js'
import type { Leaf, LeafCell, StackColumn } from './bound-query.js'
import { nearNames } from './near-names.js'
import type { QueryTable } from '../../catalogue/tables-for-query.js'

/**
 * What `_spoke` and `_table` say: where a row came from. A published column of such a name does not stand for them, or a spoke could lie.
 */
const pseudoColumns = ['_spoke', '_table'] as const

/** True for `_spoke` and `_table`. */
export function isPseudoColumn(name: string): name is (typeof pseudoColumns)[number] {
  return (pseudoColumns as readonly string[]).includes(name)
}

type QueryColumn = QueryTable['columns'][number]

/** A column of one member under its shared name; without a description where it is a renamed pseudo-column. */
interface MemberColumn {
  name: string
  description?: QueryColumn
  shape: Shape
  cell: LeafCell
}

/**
 * The columns of a stack of tables (UNION ALL by name), in order of first appearance, the pseudo-columns last; and for each table what it
 * has there. Types must agree or both be numbers; what one table lacks is null there.
 */
export function bindStack(from: ParsedTable, tables: ReadonlyMap<string, QueryTable>): { stack: StackColumn[]; leaves: Leaf[] } {
  const members = from.members.map((member) => {
    const table = tables.get(member.table) as QueryTable
    return { table, columns: memberColumns(table, member.columns), path: member.path }
  })
  const byName = new Map<string, StackColumn>()
  for (const member of members) {
    for (const column of member.columns.values()) {
      const before = byName.get(column.name)
      const shape = before === undefined ? column.shape : unify(before.shape, column.shape, column.name, member.path)
      byName.set(column.name, stackColumn(column, shape, before))
    }
  }
  const stack = [...byName.values(), ...pseudoColumns.map((name): StackColumn => ({ name, shape: text }))]
  const leaves = members.map(({ table, columns }) => ({ table, cells: stack.map(({ name }) => cellOf(name, table, columns)) }))
  return { stack, leaves }
}

const text: Shape = { type: 'STRING' }

function memberColumns(table: QueryTable, chosen: ParsedTable['members'][number]['columns']): Map<string, MemberColumn> {
  const own = new Map(table.columns.filter(({ name }) => !isPseudoColumn(name)).map((column) => [column.name, column]))
  const columns = new Map<string, MemberColumn>()
  if (chosen === undefined) {
    for (const column of own.values()) columns.set(column.name, memberColumn(column.name, column, shapeOfColumn(column)))
    return columns
  }
  for (const { column, as, type, path } of chosen) {
    const name = as ?? column
    if (isPseudoColumn(name)) {
      if (name === column) continue
      throw new BadUserInput(`'${name}' says where a row came from: no other column can be called so.`, { inputPath: [...path, 'as'] })
    }
    if (columns.has(name)) throw new BadUserInput(`Two columns of this member are called '${name}'.`, { inputPath: path })
    if (isPseudoColumn(column)) {
      columns.set(name, { name, shape: text, cell: origin(column, table) })
      continue
    }
    const description = own.get(column)
    if (description === undefined) {
      throw new DialsError('UNKNOWN_COLUMN', `The table ${table.id} has no column '${column.slice(0, 200)}'.`, {
        inputPath: [...path, 'column'],
        suggestions: nearNames(column, [...own.keys()]),
      })
    }
    columns.set(name, memberColumn(name, description, type === undefined ? shapeOfColumn(description) : readAs(description, type, path)))
  }
  return columns
}

/** A member that is read as another type is converted to that first: the stack's common type may be wider still. */
function memberColumn(name: string, description: QueryColumn, shape: Shape): MemberColumn {
  const from = shapeOfColumn(description)
  const same = shape.type === from.type && shape.scale === from.scale
  return { name, description, shape, cell: { kind: 'column', name: description.name, from, ...(same ? {} : { readAs: shape }) } }
}

function cellOf(name: string, table: QueryTable, columns: ReadonlyMap<string, MemberColumn>): LeafCell {
  return isPseudoColumn(name) ? origin(name, table) : (columns.get(name)?.cell ?? { kind: 'missing' })
}

function origin(name: (typeof pseudoColumns)[number], table: QueryTable): LeafCell {
  return { kind: 'text', value: name === '_spoke' ? table.spokeId : table.id }
}

/** Meaning and unit are told where all members agree. */
function stackColumn({ name, description }: MemberColumn, shape: Shape, before: StackColumn | undefined): StackColumn {
  const agreed = (key: 'semanticType' | 'unit'): string | undefined =>
    before === undefined || before[key] === (description?.[key] ?? undefined) ? (description?.[key] ?? undefined) : undefined
  const [semanticType, unit] = [agreed('semanticType'), agreed('unit')]
  return { name, shape, ...(semanticType === undefined ? {} : { semanticType }), ...(unit === undefined ? {} : { unit }) }
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

/** Digits after the point where a column without a scale is read as DECIMAL. */
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

function shapeOfColumn({ type, scale }: QueryColumn): Shape {
  return scale === null ? { type } : { type, scale }
}
