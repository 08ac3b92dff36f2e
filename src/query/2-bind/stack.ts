import type { ColumnType, Shape } from '../../connector/column.js'
import { BadUserInput, DialsError, TypeMismatch } from '../../errors.js'
import type { ParsedTable } from '../1-parse/parse.js'
import type { Leaf, LeafCell, StackColumn } from './bound-query.js'
import { nearNames } from './near-names.js'
import type { QueryTable } from '../../catalogue/tables-for-query.js'

/** What `_spoke` and `_table` say: where a row came from. */
export const pseudoColumns = ['_spoke', '_table'] as const

type QueryColumn = QueryTable['columns'][number]

/** A column of one member under its shared name. */
interface MemberColumn {
  name: string
  description: QueryColumn
  shape: Shape
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
  const stack = [...byName.values(), ...pseudoColumns.filter((name) => !byName.has(name)).map((name): StackColumn => ({ name, shape: { type: 'STRING' } }))]
  const leaves = members.map(({ table, columns }) => ({ table, cells: stack.map(({ name }) => cell(name, table, columns)) }))
  return { stack, leaves }
}

function memberColumns(table: QueryTable, chosen: ParsedTable['members'][number]['columns']): Map<string, MemberColumn> {
  const own = new Map(table.columns.map((column) => [column.name, column]))
  const columns = new Map<string, MemberColumn>()
  if (chosen === undefined) {
    for (const column of table.columns) columns.set(column.name, { name: column.name, description: column, shape: shapeOfColumn(column) })
    return columns
  }
  for (const { column, as, type, path } of chosen) {
    const description = own.get(column)
    if (description === undefined) {
      throw new DialsError('UNKNOWN_COLUMN', `The table ${table.id} has no column '${column}'.`, {
        inputPath: [...path, 'column'],
        suggestions: nearNames(column, [...own.keys()]),
      })
    }
    const name = as ?? column
    if (columns.has(name)) throw new BadUserInput(`Two columns of this member are called '${name}'.`, { inputPath: path })
    columns.set(name, { name, description, shape: type === undefined ? shapeOfColumn(description) : readAs(description, type, path) })
  }
  return columns
}

function cell(name: string, table: QueryTable, columns: ReadonlyMap<string, MemberColumn>): LeafCell {
  const column = columns.get(name)
  if (column !== undefined) return { kind: 'column', name: column.description.name, from: shapeOfColumn(column.description), ...converted(column) }
  if (name === '_spoke') return { kind: 'text', value: table.spokeId }
  if (name === '_table') return { kind: 'text', value: table.id }
  return { kind: 'missing' }
}

/** A member that is read as another type is converted to that first: the stack's common type may be wider still. */
function converted({ shape, description }: MemberColumn): { readAs?: Shape } {
  return shape.type === description.type && (shape.scale ?? null) === description.scale ? {} : { readAs: shape }
}

function stackColumn(column: MemberColumn, shape: Shape, before: StackColumn | undefined): StackColumn {
  const semanticType: string | null | undefined = before === undefined || before.semanticType === (column.description.semanticType ?? undefined) ? column.description.semanticType : undefined
  const unit: string | null | undefined = before === undefined || before.unit === (column.description.unit ?? undefined) ? column.description.unit : undefined
  return { name: column.name, shape, ...(semanticType ? { semanticType } : {}), ...(unit ? { unit } : {}) }
}

const numbers: readonly ColumnType[] = ['INT64', 'DECIMAL', 'DOUBLE']

function unify(left: Shape, right: Shape, name: string, path: readonly (string | number)[]): Shape {
  if (left.type === right.type) return left.type === 'DECIMAL' ? { type: 'DECIMAL', scale: Math.max(left.scale ?? 0, right.scale ?? 0) } : left
  if (numbers.includes(left.type) && numbers.includes(right.type)) {
    if (left.type === 'DOUBLE' || right.type === 'DOUBLE') return { type: 'DOUBLE' }
    return left.type === 'DECIMAL' ? left : right
  }
  throw new TypeMismatch(`'${name}' is ${left.type} in one table and ${right.type} in another. Read it as one type: members: [{ columns: [{ column, type }] }].`, {
    inputPath: path,
  })
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
