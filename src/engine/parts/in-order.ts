/**
 * The same rows from one thread, in their order. A COPY into several files is written by many threads otherwise, each a file of its own, and
 * has no option to keep the order. Rows that are numbered as they pass must come one after the other.
 */
export function inOrder(sql: string): string {
  return `SELECT * EXCLUDE (place) FROM (SELECT *, row_number() OVER () AS place FROM (${sql})) WHERE place > 0`
}
