import type { NamedShape, TextForm } from '../../connector/engine.js'
import { scalarSql } from '../json/page-sql.js'
import { quote, sqlType } from '../sql/type.js'

/**
 * Text that begins so runs as a formula in a spreadsheet (OWASP, CSV Injection), the wide letters of East Asian keyboards included. What
 * only looks like a number, such as -5 or +44 20 7946 0000, runs nothing and stays as it is.
 */
export const formulaBegins = '=+-@\t\r\n＝＋－＠'
const isNumber = '^[+-]?[0-9][0-9 ,]*([.][0-9]+)?([eE][+-]?[0-9]+)?%?$'
/** What stands in quotes: quotes, line ends, and every separator that there is, so that a file opens alike wherever it is opened. */
const special = '[",;|\\t\\r\\n]'

/**
 * A row as CSV (RFC 4180), with its line end. Null is nothing between two separators, and empty text is `""`; a row of one null column is `""`
 * too, since readers pass over an empty line.
 */
export function csvRow(columns: readonly NamedShape[], { separator, formulas }: Extract<TextForm, { kind: 'CSV' }>): string {
  const cells = columns.map(({ name, shape }, index) => {
    const cell = `c${index}`
    if (sqlType(shape) === 'VARCHAR') return textCell(cell, formulas)
    return `CAST(${scalarSql(cell, { name, shape, encoding: 'NUMBER' }, 'EXACT')} AS VARCHAR)`
  })
  const written = cells.length === 1 ? [`coalesce(${cells[0]}, '""')`] : cells
  return `concat(${written.join(`, ${quote(separator)}, `)}, chr(13), chr(10))`
}

function textCell(cell: string, formulas: 'ESCAPE' | 'KEEP'): string {
  const doubled = `replace(${cell}, '"', '""')`
  // No IN: the engine makes a join of each.
  const runs = `contains(${quote(formulaBegins)}, left(${cell}, 1)) AND NOT regexp_matches(${cell}, ${quote(isNumber)})`
  return [
    `CASE WHEN ${cell} = '' THEN '""'`,
    ...(formulas === 'KEEP' ? [] : [`WHEN ${runs} THEN concat('"''', ${doubled}, '"')`]),
    `WHEN regexp_matches(${cell}, ${quote(special)}) THEN concat('"', ${doubled}, '"')`,
    `ELSE ${cell} END`,
  ].join(' ')
}
