import { allowList } from '../shared/database/allow-list.js'
import { idsOf } from '../shared/database/ids.js'
import type { SourceTable } from '../shared/database/source-table.js'
import { readingOf } from './types.js'

const tablesSql = `
SELECT t.TABLE_SCHEMA AS \`schema\`, t.TABLE_NAME AS name, t.TABLE_TYPE AS kind, t.TABLE_COMMENT AS comment, c.COLUMN_NAME AS \`column\`,
  c.DATA_TYPE AS type, c.COLUMN_TYPE AS full, c.NUMERIC_PRECISION AS digits, c.NUMERIC_SCALE AS scale, c.IS_NULLABLE AS nullable,
  c.COLUMN_COMMENT AS columnComment
FROM information_schema.TABLES AS t
LEFT JOIN information_schema.COLUMNS AS c ON c.TABLE_SCHEMA = t.TABLE_SCHEMA AND c.TABLE_NAME = t.TABLE_NAME
WHERE t.TABLE_TYPE IN ('BASE TABLE', 'VIEW') AND t.TABLE_SCHEMA NOT IN ('mysql', 'information_schema', 'performance_schema', 'sys')
ORDER BY CAST(t.TABLE_SCHEMA AS BINARY), CAST(t.TABLE_NAME AS BINARY), c.ORDINAL_POSITION`

const keysSql = `
SELECT TABLE_SCHEMA AS \`schema\`, TABLE_NAME AS name, CONSTRAINT_NAME AS \`key\`, COLUMN_NAME AS \`column\`,
  REFERENCED_TABLE_SCHEMA AS toSchema, REFERENCED_TABLE_NAME AS toName, REFERENCED_COLUMN_NAME AS reference
FROM information_schema.KEY_COLUMN_USAGE
WHERE CONSTRAINT_NAME = 'PRIMARY' OR REFERENCED_TABLE_NAME IS NOT NULL
ORDER BY CONSTRAINT_NAME, ORDINAL_POSITION`

interface KeyRow {
  schema: string
  name: string
  key: string
  column: string
  toSchema: string | null
  toName: string | null
  reference: string | null
}

const broken = 'it has no column that can be read: a view whose tables have changed, or may not be read. Its operator must mend it.'

interface ColumnRow {
  schema: string
  name: string
  kind: string
  comment: string
  /** Null for a broken view. */
  column: string | null
  type: string
  full: string
  digits: number | null
  scale: number | null
  nullable: string
  columnComment: string
}

/**
 * Reads the listed tables that this user may see: information_schema hides the others.
 * @param home the database of the url. Its tables have their plain names as identifiers.
 */
export async function readTables(
  query: (sql: string) => Promise<unknown[]>,
  config: { schemas: readonly string[]; tables: readonly string[] },
  home: string,
): Promise<SourceTable[]> {
  const rows = ((await query(tablesSql)) as ColumnRow[]).filter(allowList(config.schemas, config.tables))
  const tables = new Map<string, ColumnRow[]>()
  for (const row of rows) {
    const key = JSON.stringify([row.schema, row.name])
    tables.set(key, [...(tables.get(key) ?? []), row])
  }
  const keys = (await query(keysSql)) as KeyRow[]
  const first = [...tables.values()].map(([row]) => row as ColumnRow)
  const ids = idsOf(first, home)
  return [...tables.values()].map((columns, position) => {
    const table = first[position] as ColumnRow
    return {
      id: ids.get(table) as string,
      schema: table.schema,
      name: table.name,
      comment: table.comment === '' || table.kind === 'VIEW' ? undefined : table.comment,
      notes: [],
      hidden: [],
      ...keysOf(keys.filter(({ schema, name }) => schema === table.schema && name === table.name)),
      ...(table.column === null ? { unreadable: broken } : {}),
      columns: columns.flatMap((row) =>
        row.column === null
          ? []
          : [
              {
                name: row.column,
                nullable: row.nullable === 'YES',
                comment: row.columnComment === '' ? undefined : row.columnComment,
                reading: readingOf({ name: row.type, full: row.full, precision: row.digits, scale: row.scale }),
              },
            ],
      ),
    }
  })
}

/** The keys of one table, from its rows of `keysSql`. */
function keysOf(rows: readonly KeyRow[]): Pick<SourceTable, 'primaryKey' | 'foreignKeys'> {
  const foreign = new Map<string, { schema: string; name: string; columns: string[]; references: string[] }>()
  for (const { key, column, toSchema, toName, reference } of rows) {
    if (toSchema === null || toName === null || reference === null) continue
    const known = foreign.get(key) ?? { schema: toSchema, name: toName, columns: [], references: [] }
    known.columns.push(column)
    known.references.push(reference)
    foreign.set(key, known)
  }
  return { primaryKey: rows.filter(({ key }) => key === 'PRIMARY').map(({ column }) => column), foreignKeys: [...foreign.values()] }
}
