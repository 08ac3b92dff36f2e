import type { TableDescription } from '../../../src/connector/catalogue.js'
import { fullName } from './ids.js'
import type { SourceTable } from './source-table.js'

/** A table's keys, as the catalogue describes them. */
export type Keys = Pick<TableDescription, 'primaryKey' | 'foreignKeys'>

/** The keys of a table whose columns can all be read, on both sides. @param tables all tables that the configuration lists. */
export function keysOf(table: SourceTable, tables: readonly SourceTable[]): Keys {
  const reads = ({ columns, unreadable }: SourceTable, names: readonly string[]) =>
    unreadable === undefined && names.every((name) => name.length <= 500 && columns.some((column) => column.name === name))
  const foreignKeys = table.foreignKeys.flatMap(({ columns, references, ...named }) => {
    const target = tables.find((one) => fullName(one) === fullName(named))
    return target !== undefined && reads(table, columns) && reads(target, references)
      ? [{ columns: [...columns], table: `${target.id}/${target.id}`, references: [...references] }]
      : []
  })
  return {
    ...(table.primaryKey.length > 0 && reads(table, table.primaryKey) ? { primaryKey: [...table.primaryKey] } : {}),
    ...(foreignKeys.length > 0 ? { foreignKeys: foreignKeys.slice(0, 500) } : {}),
  }
}
