import type { Shape } from '../../src/connector/column.js'
import type { TableScan } from '../../src/connector/relation.js'
import { fromTable } from '../shared/database/plan.js'
import { sampleLettersMax, sampleRowsMax, scanOfAll } from '../shared/database/sample.js'
import type { Statement } from '../shared/database/statements.js'
import type { PostgresTable } from './catalogue/read-tables.js'
import { copyStatement, postgresDialect } from './dialect.js'
import { integer } from '../shared/database/integer.js'
import { isText } from './sql/text.js'

/** A table of more rows is sampled at random; of a smaller one the first rows are read. */
const largeRows = 100_000

/** Samples some 10,000 rows. A random sample picks pages, so it may hold more rows than its share. */
export function sampleOf(table: PostgresTable): { statement: Statement; rowsMax: number } {
  const relation = scanOfAll(table)
  return { statement: { relation, sql: copyStatement(sampleSql(relation, table)) }, rowsMax: 2 * sampleRowsMax }
}

function sampleSql(scan: TableScan, table: PostgresTable): string {
  const outputs = scan.columns.map((shape, position) => `${sampled(`c${position}`, shape)} AS c${position}`)
  const share = Math.max((100 * sampleRowsMax) / table.estimate, 0.0001)
  const drawn =
    ['r', 'p', 'm'].includes(table.kind) && table.estimate > largeRows ? ` TABLESAMPLE SYSTEM (${share.toFixed(4)}) REPEATABLE (1)` : ''
  const from = fromTable(scan, new Map([[table.id, table]]), postgresDialect, drawn)
  return `SELECT ${outputs.join(', ')} FROM ${from} LIMIT ${integer(2 * sampleRowsMax)}`
}

/**
 * Cuts a value to what shows its kind. A NaN becomes null: no DECIMAL can hold it, and it should fail only the queries that read it, not
 * the harvest.
 */
function sampled(column: string, shape: Shape): string {
  if (isText(shape)) return `left(${column}, ${integer(sampleLettersMax)})`
  return shape.type === 'DECIMAL' ? `nullif(${column}, 'NaN')` : column
}
