import type { Shape } from '../../src/connector/column.js'
import type { TableScan } from '../../src/connector/relation.js'
import { fromTable } from '../shared/database/plan.js'
import { sampleLettersMax, sampleRowsMax, scanOfAll } from '../shared/database/sample.js'
import type { Statement } from '../shared/database/statements.js'
import type { PostgresTable } from './catalogue/read-tables.js'
import { copyStatement, postgresDialect } from './dialect.js'
import { integer, isText } from './sql/text.js'

/** From here on a sample is drawn from all over the table, instead of its first rows. */
const largeRows = 100_000

/** Some 10,000 rows of a table: a sample of a share of the pages may be larger than its share of the rows. */
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

/** Enough of a value to know what it is. A NaN, which no DECIMAL is, fails the queries that read it, and not the harvest. */
function sampled(column: string, shape: Shape): string {
  if (isText(shape)) return `left(${column}, ${integer(sampleLettersMax)})`
  return shape.type === 'DECIMAL' ? `nullif(${column}, 'NaN')` : column
}
