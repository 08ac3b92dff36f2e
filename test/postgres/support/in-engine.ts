import type { Shape } from '../../../src/connector/column.js'
import type { TableScan } from '../../../src/connector/relation.js'
import { literalSql } from '../../../src/engine/sql/expression.js'
import { sqlType } from '../../../src/engine/sql/type.js'
import type { Column, Table } from './arbitrary-relation.js'

/** The rows as the engine has them when nobody pushes anything down. */
export function inEngine(tables: readonly Table[], columns: readonly Column[]): (scan: TableScan) => string {
  return (scan) => {
    const { rows } = tables.find(({ id }) => id === scan.table) as Table
    const at = scan.columns.map(({ name }) => columns.findIndex((column) => column.name === name))
    const empty = scan.columns.map((shape, position) => `CAST(NULL AS ${sqlType(shape)}) AS c${position}`).join(', ') || 'NULL AS c0'
    const values = rows.map(
      (row) =>
        `SELECT ${at.map((index, position) => `${literalSql({ kind: 'literal', shape: shapeOf(columns[index] as Column), value: row[index] ?? null })} AS c${position}`).join(', ') || 'NULL AS c0'}`,
    )
    return `(${[`SELECT ${empty} WHERE FALSE`, ...values].join(' UNION ALL ')}) AS t`
  }
}

function shapeOf({ type, scale }: Shape): Shape {
  return scale === undefined ? { type } : { type, scale }
}
