import { counted } from '../../connector/counted.js'
import { scansOf } from '../../connector/traverse.js'
import type { FromColumn, Origin } from '../2-bind/bound-query.js'
import type { AuthorisedQuery } from '../3-authorise/authorise.js'
import type { Warning } from './warnings.js'

/** The most columns of an answer that are warned of one by one. */
const columnsMax = 50
/** The most tables that a warning names. */
const tablesMax = 3

/** What may mislead in the columns that a query uses: those that some of its tables lack, dates whose order was assumed, and places elsewhere. */
export function columnWarnings({ columns, relation }: Pick<AuthorisedQuery, 'columns' | 'relation'>): Warning[] {
  const tableOf = new Map(scansOf(relation).map(({ alias = '', table }) => [alias, table]))
  const all = columns.flatMap((column) => [...missing(column, tableOf), ...dayAssumed(column), ...elsewhere(column)])
  if (all.length <= columnsMax) return all
  const more: Warning = {
    code: 'COLUMN_MISSING',
    table: null,
    column: null,
    message: `${all.length - columnsMax} more such warnings: missingColumns of each source has the columns that its tables lack.`,
  }
  return [...all.slice(0, columnsMax), more]
}

/** A stack of tables has null where one of them lacks a column. A sum or a filter over it then leaves that table out, and looks whole. */
function missing({ name, shape, missingIn }: FromColumn, tableOf: ReadonlyMap<string, string>): Warning[] {
  const tables = [...new Set(missingIn.flatMap((alias) => tableOf.get(alias) ?? []))]
  if (tables.length === 0) return []
  const rest = tables.length - tablesMax
  const named = `${tables.slice(0, tablesMax).join(', ')}${rest > 0 ? ` and ${counted(rest, 'more table')}` : ''}`
  const then =
    shape.type === 'GEOMETRY' ? 'no filter of places finds these rows' : 'filters and measures of it treat these rows as having no value'
  return [
    {
      code: 'COLUMN_MISSING',
      table: tables.length === 1 ? (tables[0] as string) : null,
      column: name,
      message: `'${name}' is null in all rows of ${named}, which ${tables.length === 1 ? 'has' : 'have'} no such column: ${then}.`,
    },
  ]
}

const dayAssumed = (column: FromColumn): Warning[] =>
  ofOrigins(column, 'DAY_ASSUMED', ({ table, column: { name, dayAssumed } }) =>
    dayAssumed
      ? `No value of '${name}' in ${table} shows whether day or month comes first: the day was taken to come first, as is usual in the United Kingdom.`
      : undefined,
  )

/** Which coordinates that a query reads are not in WGS84. Undefined where all are. */
export function notWgs84({ columns }: Pick<AuthorisedQuery, 'columns'>): string | undefined {
  return columns.flatMap(elsewhere)[0]?.message
}

/** Of the places of a column, those that are not in WGS84. */
const elsewhere = (column: FromColumn): Warning[] =>
  ofOrigins(column, 'NOT_WGS84', ({ table, column: { name, notWgs84 } }) =>
    notWgs84
      ? `Coordinates of '${name}' in ${table} are not in WGS84 with the longitude first: no filter of places finds them, and they are elsewhere on a map.`
      : undefined,
  )

function ofOrigins({ name, origins }: FromColumn, code: Warning['code'], messageOf: (origin: Origin) => string | undefined): Warning[] {
  return origins.flatMap((origin): Warning[] => {
    const message = messageOf(origin)
    return message === undefined ? [] : [{ code, table: origin.table, column: name, message }]
  })
}
