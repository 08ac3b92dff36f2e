import { allowList } from '../../shared/database/allow-list.js'
import { idsOf } from '../../shared/database/ids.js'
import type { SourceTable } from '../../shared/database/source-table.js'
import { tablesSql } from './tables-sql.js'
import { readingOf } from './types.js'

/** A table, with what only PostgreSQL knows of it. */
export interface PostgresTable extends SourceTable {
  /** pg_class.oid. */
  readonly oid: number
  /** pg_class.relkind. */
  readonly kind: 'r' | 'p' | 'v' | 'm' | 'f'
  /** The planner's estimate of the rows, -1 if there is none. Precise enough to choose a way of sampling. */
  readonly estimate: number
}

const kinds: Partial<Record<PostgresTable['kind'], string>> = {
  f: 'This is a foreign table: its rows lie in another database, whose answers this one passes on.',
  m: 'This is a materialised view: its rows are those of its last refresh.',
}

const denied = 'the role of this source may not read it. Its operator must grant SELECT on it.'

/** A row of `tablesSql`. */
interface TableRow {
  oid: number
  schema: string
  name: string
  kind: PostgresTable['kind']
  estimate: number
  comment: string | null
  usable: boolean
  columns: {
    name: string
    type: string
    kind: string
    isArray: boolean
    modifier: number
    deterministic: boolean
    nullable: boolean
    comment: string | null
    readable: boolean
  }[]
  keys: { isPrimary: boolean; columns: string[]; schema: string; name: string; references: string[] }[]
}

/** Reads the tables that the configuration lists. @param query runs one statement and returns its rows. */
export async function readTables(
  query: (sql: string) => Promise<unknown[]>,
  config: { schemas: readonly string[]; tables: readonly string[] },
): Promise<PostgresTable[]> {
  const isListed = allowList(config.schemas, config.tables)
  const rows = ((await query(tablesSql)) as TableRow[]).filter(isListed)
  const ids = idsOf(rows, 'public')
  return rows.map((row) => {
    const readable = row.columns.filter((column) => row.usable && column.readable)
    return {
      id: ids.get(row) as string,
      schema: row.schema,
      name: row.name,
      oid: row.oid,
      kind: row.kind,
      estimate: row.estimate,
      comment: row.comment ?? undefined,
      ...(readable.length === 0 && row.columns.length > 0 ? { unreadable: denied } : {}),
      notes: [kinds[row.kind] ?? []].flat(),
      columns: readable.map((column) => ({
        name: column.name,
        nullable: column.nullable,
        comment: column.comment ?? undefined,
        reading: readingOf({ ...column, name: column.type }),
      })),
      primaryKey: row.keys.find(({ isPrimary }) => isPrimary)?.columns ?? [],
      foreignKeys: row.keys.filter(({ isPrimary }) => !isPrimary),
      hidden: row.columns.filter((column) => !readable.includes(column)).map(({ name }) => name),
    }
  })
}
