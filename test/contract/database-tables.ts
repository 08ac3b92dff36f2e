import { textOf } from '../query/support/cells.js'
import type { WorldTable } from '../query/support/world.js'

/** How one database writes names, types and texts. */
export interface Dialect {
  readonly quote: (name: string) => string
  readonly type: (column: WorldTable['columns'][number]) => string
  readonly text: (value: string) => string
}

/** Statements that make a table with its rows. */
export function tableSql({ id, columns, rows }: WorldTable, { quote, type, text }: Dialect): string[] {
  const made = `CREATE TABLE ${quote(id)} (${columns.map((column) => `${quote(column.name)} ${type(column)}`).join(', ')})`
  const literals = rows.map(
    (row) => `(${row.map((cell) => (cell === null ? 'NULL' : typeof cell === 'boolean' ? String(cell) : text(textOf(cell)))).join(', ')})`,
  )
  return rows.length === 0 ? [made] : [made, `INSERT INTO ${quote(id)} VALUES ${literals.join(', ')}`]
}
