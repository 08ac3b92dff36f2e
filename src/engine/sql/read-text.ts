import type { ColumnType, Shape } from '../../connector/column.js'
import { decimalScale, quote, sqlType } from './type.js'

const day = '[0-9]{4}-[0-9]{2}-[0-9]{2}'
const clock = '[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?'

/** The texts that are accepted as a value of a type: the canonical forms of literals, leading zeros, and a plus sign. */
const forms: Partial<Record<ColumnType, string>> = {
  BOOLEAN: '(?i)true|false',
  INT64: '[+-]?[0-9]+',
  DOUBLE: '[+-]?[0-9]+(\\.[0-9]*)?([eE][+-]?[0-9]{1,2})?',
  DATE: day,
  TIME: clock,
  TIMESTAMP: `${day}([T ]${clock})?`,
  TIMESTAMPTZ: `${day}[T ]${clock}(Z|[+-][0-9]{2}:[0-9]{2})`,
}

/**
 * Reads text as another type, ignoring blanks around it. Any other text is an error. DuckDB's own cast is too lenient: it reads '1.5' as 2,
 * 'yes' as true and 'epoch' as a date, and drops the offset of a local time.
 */
export function readText(sql: string, to: Shape): string {
  const form = to.type === 'DECIMAL' ? `[+-]?[0-9]+(\\.[0-9]{0,${decimalScale(to)}}0*)?` : forms[to.type]
  if (form === undefined) return `CAST(${sql} AS ${sqlType(to)})`
  const text = `trim(${sql})`
  return `CASE WHEN ${sql} IS NULL OR regexp_full_match(${text}, ${quote(form)}) THEN CAST(${text} AS ${sqlType(to)}) ELSE error('Could not convert a text') END`
}
