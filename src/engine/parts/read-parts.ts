import type { LandedFile } from '../../connector/engine.js'
import type { TableScan } from '../../connector/relation.js'
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

/** All parts of a scan land in the same folder, so either all of them are encrypted or none. */
function keyFor(files: readonly LandedFile[]): string {
  return files.every(({ encrypted }) => encrypted === true) ? `, encryption_config = {footer_key: ${quote(partKeyName)}}` : ''
}
