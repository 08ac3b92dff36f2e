import type { Engine } from '../../connector/engine.js'
import type { TableScan } from '../../connector/relation.js'
import { sqlType } from '../../engine/sql/type.js'
import type { PhysicalPlan } from '../4-plan/physical-plan.js'
import type { FragmentOutcome } from './fragment.js'

/** The residual over landed parts. A fragment that failed, under PARTIAL, is an empty table of its columns. */
export function residualSql(plan: PhysicalPlan, outcomes: readonly FragmentOutcome[], engine: Engine): string {
  const paths = pathsOf(outcomes)
  return engine.compile(plan.residual, (scan) => partsSql(scan, paths.get(scan.table) ?? []))
}

/** Where the parts of each fragment landed. */
export function pathsOf(outcomes: readonly FragmentOutcome[]): Map<string, string[]> {
  return new Map(outcomes.map(({ fragment, files }) => [fragment.id, files.map(({ path }) => path)]))
}

/**
 * Landed parts as a table expression, of their rows where `where` holds. Every column is cast to the type that was planned: what a spoke
 * sends is not taken on trust.
 */
export function partsSql(scan: TableScan, paths: readonly string[], where?: string): string {
  const columns = scan.columns.map((shape, index) => `CAST(${paths.length === 0 ? 'NULL' : `c${index}`} AS ${sqlType(shape)}) AS c${index}`)
  const list = columns.length === 0 ? 'NULL AS c0' : columns.join(', ')
  if (paths.length === 0) return `(SELECT ${list} WHERE FALSE) AS parts`
  const files = paths.map((path) => `'${path.replaceAll("'", "''")}'`).join(', ')
  return `(SELECT ${list} FROM read_parquet([${files}]${keyFor(paths)})${where === undefined ? '' : ` WHERE ${where}`}) AS parts`
}

/**
 * What connectors/spoke could not keep in memory it has encrypted, has named so, and has told this engine the key. All parts of a scan land
 * alike.
 */
function keyFor(paths: readonly string[]): string {
  return paths.every((path) => path.endsWith('.encrypted.parquet')) ? ", encryption_config = {footer_key: 'landed'}" : ''
}
