import { fromTable } from '../shared/database/plan.js'
import { sampleLettersMax, sampleRowsMax, scanOfAll } from '../shared/database/sample.js'
import type { SourceTable } from '../shared/database/source-table.js'
import type { Statement } from '../shared/database/statements.js'
import { mysqlDialect } from './dialect.js'
import { integer } from '../shared/database/integer.js'

/** Samples the first 10,000 rows of a table, with long texts cut short. */
export function sampleOf(table: SourceTable): { statement: Statement; rowsMax: number } {
  const relation = scanOfAll(table)
  const isLong = (type: string) => type === 'STRING' || type === 'JSON'
  const outputs = relation.columns.map(({ type }, at) => (isLong(type) ? `left(c${at}, ${integer(sampleLettersMax)}) AS c${at}` : `c${at}`))
  const sql = `SELECT ${outputs.join(', ')} FROM ${fromTable(relation, new Map([[table.id, table]]), mysqlDialect)} LIMIT ${integer(sampleRowsMax)}`
  return { statement: { relation, sql }, rowsMax: sampleRowsMax }
}
