import { PowerfulRole } from '../../shared/database/powerful-role.js'
import { fullName, type Named } from '../../shared/database/ids.js'

const superuser = 'is a superuser'

/**
 * What the connection's role may do beyond reading, by itself or by a role that it belongs to, one row for each. CREATE in a schema does not
 * count: until PostgreSQL 15 everybody has it in `public`, and it changes no table that is there. Nor does BYPASSRLS, which only reads.
 */
const powersSql = `
SELECT NULL AS schema, NULL AS name, attribute AS power
FROM pg_catalog.pg_roles AS role
CROSS JOIN LATERAL (VALUES
  ('${superuser}', role.rolsuper),
  ('may make roles (CREATEROLE)', role.rolcreaterole),
  ('may replicate the whole server (REPLICATION)', role.rolreplication),
  ('is a member of ' || role.rolname, role.rolname IN
    ('pg_read_server_files', 'pg_write_server_files', 'pg_execute_server_program', 'pg_write_all_data', 'pg_maintain'))
) AS held(attribute, is_held)
WHERE held.is_held AND pg_catalog.pg_has_role(role.oid, 'MEMBER')
UNION
SELECT space.nspname, class.relname, CASE WHEN pg_catalog.pg_has_role(class.relowner, 'MEMBER') THEN 'owns' ELSE 'may change' END
FROM pg_catalog.pg_class AS class
JOIN pg_catalog.pg_namespace AS space ON space.oid = class.relnamespace
WHERE class.relkind IN ('r', 'p', 'v', 'm', 'f') AND (
  pg_catalog.pg_has_role(class.relowner, 'MEMBER')
  OR pg_catalog.has_table_privilege(class.oid, 'INSERT, UPDATE, DELETE, TRUNCATE, TRIGGER')
  OR pg_catalog.has_any_column_privilege(class.oid, 'INSERT, UPDATE'))
ORDER BY 1 NULLS FIRST, 2, 3`

interface PowerRow {
  /** Null for a power that concerns no table. */
  schema: string | null
  name: string | null
  power: string
}

const mend =
  "CREATE ROLE seven_dials LOGIN PASSWORD '…'; GRANT USAGE ON SCHEMA … TO seven_dials; GRANT SELECT ON … TO seven_dials; and name it in the url."

/**
 * Makes sure that the role can only read.
 * @param served the tables that the source serves. What the role may do to others is not its concern.
 * @throws PowerfulRole if it can do more.
 */
export async function checkRole(query: (sql: string) => Promise<unknown[]>, served: readonly Named[]): Promise<void> {
  const names = new Set(served.map(fullName))
  const powers = ((await query(powersSql)) as PowerRow[]).flatMap(({ schema, name, power }) => {
    if (schema === null || name === null) return [power]
    const full = fullName({ schema, name })
    return names.has(full) ? [`${power} ${full}`] : []
  })
  const [all] = powers.filter((power) => power === superuser)
  if (powers.length > 0) throw new PowerfulRole(all === undefined ? powers : [all], mend)
}
