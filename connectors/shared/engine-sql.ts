import type { TableScan } from '../../src/connector/relation.js'

/** A text as a SQL literal. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** The engine's name for the column at a position: names live only at the edge. */
export function columnAt(position: number): string {
  return `c${position}`
}

/** A file as DuckDB names it: its table functions read a path as a glob. */
export function fileLiteral(path: string): string {
  return literal(path.replace(/[*?[]/g, (sign) => `[${sign}]`))
}

/** A scan as people read it: the table by its id, and which of its columns are c0 … cn. */
export function scanText({ table, columns }: TableScan): string {
  const list = columns.map(({ name }, position) => `${identifier(name)} AS ${columnAt(position)}`).join(', ')
  return `(SELECT ${list || 'NULL AS c0'} FROM ${identifier(table)})`
}

function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
