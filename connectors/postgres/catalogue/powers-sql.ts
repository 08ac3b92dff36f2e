/** The power that has all others. */
export const superuser = 'is a superuser'

/**
 * What the connection's role may do beyond reading: by itself, by a role that it may take on (whether or not it inherits from it), or by a
 * grant to PUBLIC. `object` is that of `edgesSql`, null for a power that concerns no object. It names no privilege that only newer versions
 * know and no catalogue that older ones lack: pg_parameter_acl, of PostgreSQL 15, is 6243. Grants on PostgreSQL's own relations (below 16384) do
 * not count: they let nobody change a catalogue.
 */
export const powersSql = `
WITH held AS MATERIALIZED (
  SELECT oid, rolname, rolsuper, rolcreaterole, rolreplication
  FROM pg_catalog.pg_roles
  WHERE pg_catalog.pg_has_role(session_user, oid, 'MEMBER')
), role(oid, manner) AS MATERIALIZED (
  SELECT oid, CASE WHEN rolname = session_user THEN '' ELSE ' by its role ' || rolname END
  FROM held
  WHERE NOT EXISTS (SELECT FROM held WHERE rolsuper)
  UNION ALL
  SELECT 0, ' by a grant to PUBLIC'
)
SELECT attribute AS power, NULL AS object, false AS changes
FROM held
CROSS JOIN LATERAL (VALUES
  ('${superuser}', rolsuper),
  ('may make roles (CREATEROLE)', rolcreaterole),
  ('may replicate the whole server (REPLICATION)', rolreplication),
  ('is a member of ' || rolname, oid < 16384 AND starts_with(rolname, 'pg_') AND rolname NOT IN
    ('pg_read_all_data', 'pg_read_all_settings', 'pg_read_all_stats', 'pg_stat_scan_tables', 'pg_monitor', 'pg_database_owner'))
) AS list(attribute, is_held)
WHERE is_held
UNION
SELECT 'owns the database' || role.manner, NULL, false
FROM pg_catalog.pg_database
JOIN role ON role.oid = datdba
WHERE datname = current_database()
UNION
SELECT 'may set the ' || pg_catalog.pg_describe_object(classid, objid, 0) || role.manner, NULL, false
FROM pg_catalog.pg_shdepend
JOIN role ON role.oid = refobjid
WHERE dbid = 0 AND classid = 6243 AND deptype = 'a'
UNION
SELECT 'may execute ' || function.proname || role.manner, NULL, false
FROM pg_catalog.pg_init_privs AS first
JOIN pg_catalog.pg_proc AS function ON first.classoid = 'pg_catalog.pg_proc'::regclass AND function.oid = first.objoid
CROSS JOIN LATERAL pg_catalog.aclexplode(function.proacl) AS granted
JOIN role ON role.oid = granted.grantee
WHERE granted.grantee <> function.proowner
  AND NOT EXISTS (SELECT FROM pg_catalog.aclexplode(first.initprivs) AS list WHERE list.grantee IN (0, granted.grantee))
UNION
SELECT 'owns ' || CASE WHEN owned.classid = 'pg_catalog.pg_class'::regclass THEN '' ELSE object.type || ' ' END || object.identity || role.manner,
  owned.classid::regclass || ' ' || owned.objid, false
FROM pg_catalog.pg_shdepend AS owned
JOIN role ON role.oid = owned.refobjid
JOIN pg_catalog.pg_database AS here ON here.oid = owned.dbid AND here.datname = current_database()
CROSS JOIN LATERAL pg_catalog.pg_identify_object(owned.classid, owned.objid, 0) AS object
WHERE owned.refclassid = 'pg_catalog.pg_authid'::regclass AND owned.deptype = 'o'
UNION
SELECT granted.verb || ' ' || space.nspname || '.' || class.relname || role.manner, 'pg_class ' || class.oid, granted.verb = 'may change'
FROM pg_catalog.pg_class AS class
JOIN pg_catalog.pg_namespace AS space ON space.oid = class.relnamespace
CROSS JOIN LATERAL (
  SELECT class.relacl
  UNION ALL
  SELECT attacl FROM pg_catalog.pg_attribute WHERE attrelid = class.oid AND attacl IS NOT NULL
) AS list(acl)
CROSS JOIN LATERAL (
  SELECT grantee, CASE
    WHEN privilege_type = 'MAINTAIN' THEN 'may maintain'
    WHEN privilege_type NOT IN ('SELECT', 'REFERENCES') THEN 'may change'
    WHEN is_grantable THEN 'may grant rights on' END AS verb
  FROM pg_catalog.aclexplode(list.acl)
) AS granted
JOIN role ON role.oid = granted.grantee
WHERE class.oid >= 16384 AND granted.verb IS NOT NULL AND granted.grantee <> class.relowner
ORDER BY 2 NULLS FIRST, 1`

/**
 * How a change to an object reaches others. It `falls`, as a statement does, to inheritance children and through foreign keys that cascade;
 * it falls by `rule`, with the rights of the view's or table's owner, to what a rule names; and it `rises` to what is read from the object,
 * and from what is no relation (a schema, type, function, server or extension) to all that depends on it.
 */
export const edgesSql = `
SELECT 'falls' AS way, 'pg_class ' || inhparent AS "from", 'pg_class ' || inhrelid AS "to" FROM pg_catalog.pg_inherits
UNION
SELECT 'rises', 'pg_class ' || inhrelid, 'pg_class ' || inhparent FROM pg_catalog.pg_inherits
UNION
SELECT 'falls', 'pg_class ' || confrelid, 'pg_class ' || conrelid
FROM pg_catalog.pg_constraint
WHERE contype = 'f' AND (confdeltype IN ('c', 'n', 'd') OR confupdtype IN ('c', 'n', 'd'))
UNION
SELECT 'rule', 'pg_class ' || rule.ev_class, 'pg_class ' || used.refobjid
FROM pg_catalog.pg_rewrite AS rule
JOIN pg_catalog.pg_depend AS used ON used.classid = 'pg_catalog.pg_rewrite'::regclass AND used.objid = rule.oid
WHERE used.refclassid = 'pg_catalog.pg_class'::regclass
UNION
SELECT 'rises', used.refclassid::regclass || ' ' || used.refobjid, 'pg_class ' || rule.ev_class
FROM pg_catalog.pg_rewrite AS rule
JOIN pg_catalog.pg_depend AS used ON used.classid = 'pg_catalog.pg_rewrite'::regclass AND used.objid = rule.oid
WHERE rule.ev_type = '1'
UNION
SELECT 'rises', refclassid::regclass || ' ' || refobjid, classid::regclass || ' ' || objid
FROM pg_catalog.pg_depend
WHERE refclassid <> 'pg_catalog.pg_class'::regclass AND classid <> 'pg_catalog.pg_rewrite'::regclass`
