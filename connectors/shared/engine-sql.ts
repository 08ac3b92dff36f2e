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
