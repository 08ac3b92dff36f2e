import type { Shape } from '../../connector/column.js'
import type { Normalisation } from '../../connector/relation.js'
import { decimalScale, quote } from './type.js'

/** Stand-in until the real one is merged: only NUMBER is as it will be. */
export function normaliseSql(as: Normalisation, sql: string, from: Shape): string {
  return as === 'NUMBER' ? numberKey(sql, from) : sql
}

/** A text that numbers of any type share exactly where their values are equal. */
function numberKey(sql: string, from: Shape): string {
  if (from.type === 'INT64') return `CAST(${sql} AS VARCHAR)`
  if (from.type === 'DECIMAL') return decimalScale(from) === 0 ? decimalText(sql, from) : withoutZeros(decimalText(sql, from))
  return `CASE WHEN ${isWhole(sql)} THEN ${wholeText(sql)} WHEN ${isDecimal(sql)} THEN ${withoutZeros(`format('{:.38f}', ${sql})`)} ELSE 'd' || ${shortestText(sql)} END`
}

/** Without the zeros at the end of a fraction, of which there is one, and without its point where nothing is left. */
const withoutZeros = (text: string) => `regexp_replace(${text}, '\\.?0+$', '')`

/** DuckDB leaves out the zero before the point where all 38 digits are behind it. */
function decimalText(sql: string, shape: Shape): string {
  const text = `CAST(${sql} AS VARCHAR)`
  return decimalScale(shape) === 38 ? `regexp_replace(${text}, ${quote('^(-?)\\.')}, ${quote('\\10.')})` : text
}

/** Whether a DOUBLE is a whole number that DuckDB writes with `.0`. */
const isWhole = (sql: string) => `(abs(${sql}) < 1e15 AND ${sql} = trunc(${sql}))`

/** Exact, and −0 is 0. */
const wholeText = (sql: string) => `CAST(CAST(${sql} AS BIGINT) AS VARCHAR)`

/**
 * Whether a DOUBLE's exact value has at most 38 digits before and 38 behind the point, so that `format` writes all of it, and a DECIMAL can
 * have that value. No INT64 or DECIMAL equals any other DOUBLE: these are marked with a `d`. The value is m × 2^k with a whole, odd m; for
 * k < 0 its fraction has exactly −k digits, so what remains to ask is whether 2^38 times it is whole. That product is exact: only the
 * exponent changes. 1e38 as a DOUBLE is a little below 10^38, and the next is above.
 */
const isDecimal = (sql: string) => `(abs(${sql}) <= 1e38 AND ${sql} * ${2 ** 38} = trunc(${sql} * ${2 ** 38}))`

/** The shortest text that is this DOUBLE alone. NaN is one value, whatever its sign. */
const shortestText = (sql: string) => `replace(CAST(${sql} AS VARCHAR), '-nan', 'nan')`
