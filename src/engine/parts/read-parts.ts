import type { EngineSession, LandedFile, LandedParts } from '../../connector/engine.js'
import type { Relation, TableScan } from '../../connector/relation.js'
import { scansOf } from '../../connector/traverse.js'
import { partKeyName } from './part-key.js'
import { quote, sqlType } from '../sql/type.js'

/**
 * Landed parts as a table expression, with the rows where `where` holds. Every column is cast to its planned type, because a source may
 * send another.
 */
export function partsSql(scan: TableScan, files: readonly LandedFile[], where?: string): string {
  const columns = scan.columns.map((shape, index) => `CAST(${files.length === 0 ? 'NULL' : `c${index}`} AS ${sqlType(shape)}) AS c${index}`)
  const list = columns.length === 0 ? 'NULL AS c0' : columns.join(', ')
  if (files.length === 0) return `(SELECT ${list} WHERE FALSE) AS parts`
  const paths = files.map(({ path }) => quote(path)).join(', ')
  return `(SELECT ${list} FROM read_parquet([${paths}]${keyFor(files)})${where === undefined ? '' : ` WHERE ${where}`}) AS parts`
}

/** How many rows the parts of each scan have. DuckDB reads it from the ends of the files. */
export async function countRows(session: EngineSession, relation: Relation, parts: LandedParts): Promise<(scan: TableScan) => number> {
  const tables = [...new Set(scansOf(relation).map(({ table }) => table))].filter((table) => (parts.get(table) ?? []).length > 0)
  const counts = tables.map((table) => `(SELECT count(*) FROM ${partsSql({ op: 'scan', table, columns: [] }, parts.get(table) ?? [])})`)
  const [row = {}] = tables.length === 0 ? [] : await session.rows(`SELECT ${counts.map((count, at) => `${count} AS c${at}`).join(', ')}`)
  const rows = new Map(tables.map((table, at) => [table, Number(row[`c${at}`])]))
  return ({ table }) => rows.get(table) ?? 0
}

/** All parts of a scan land in the same folder, so either all of them are encrypted or none. */
function keyFor(files: readonly LandedFile[]): string {
  return files.every(({ encrypted }) => encrypted === true) ? `, encryption_config = {footer_key: ${quote(partKeyName)}}` : ''
}
