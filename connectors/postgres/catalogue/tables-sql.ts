/**
 * Lists every table, view, materialised view, foreign table and partitioned table, with its keys and columns and whether this role may read
 * them. Partitions are part of their table. Needs no right beyond CONNECT, and works on a standby.
 */
export const tablesSql = `
WITH RECURSIVE base(type, of, modifier) AS (
  SELECT oid, oid, -1 FROM pg_catalog.pg_type
  UNION ALL
  SELECT base.type, domain.typbasetype, CASE WHEN domain.typtypmod = -1 THEN base.modifier ELSE domain.typtypmod END
  FROM base JOIN pg_catalog.pg_type AS domain ON domain.oid = base.of
  WHERE domain.typtype = 'd'
)
SELECT
  class.oid,
  space.nspname AS schema,
  class.relname AS name,
  class.relkind AS kind,
  class.reltuples::float8 AS estimate,
  pg_catalog.obj_description(class.oid, 'pg_class') AS comment,
  pg_catalog.has_schema_privilege(space.oid, 'USAGE') AS usable,
  columns.list AS columns,
  keys.list AS keys
FROM pg_catalog.pg_class AS class
JOIN pg_catalog.pg_namespace AS space ON space.oid = class.relnamespace
CROSS JOIN LATERAL (
  SELECT coalesce(json_agg(json_build_object(
    'name', attribute.attname,
    'type', CASE WHEN owner.nspname = 'pg_catalog' THEN type.typname ELSE owner.nspname || '.' || type.typname END,
    'kind', type.typtype,
    'isArray', type.typcategory = 'A',
    'modifier', CASE WHEN attribute.atttypmod = -1 THEN base.modifier ELSE attribute.atttypmod END,
    'deterministic', coalesce(collation_.collisdeterministic, true),
    'nullable', NOT attribute.attnotnull,
    'comment', pg_catalog.col_description(class.oid, attribute.attnum),
    'readable', pg_catalog.has_column_privilege(class.oid, attribute.attnum, 'SELECT')
  ) ORDER BY attribute.attnum), '[]') AS list
  FROM pg_catalog.pg_attribute AS attribute
  JOIN base ON base.type = attribute.atttypid
  JOIN pg_catalog.pg_type AS type ON type.oid = base.of AND type.typtype <> 'd'
  JOIN pg_catalog.pg_namespace AS owner ON owner.oid = type.typnamespace
  LEFT JOIN pg_catalog.pg_collation AS collation_ ON collation_.oid = attribute.attcollation
  WHERE attribute.attrelid = class.oid AND attribute.attnum > 0 AND NOT attribute.attisdropped
) AS columns
CROSS JOIN LATERAL (
  SELECT coalesce(json_agg(json_build_object(
    'isPrimary', key.contype = 'p',
    'columns', (SELECT json_agg(attname ORDER BY place) FROM unnest(key.conkey) WITH ORDINALITY AS part(number, place)
      JOIN pg_catalog.pg_attribute ON attrelid = key.conrelid AND attnum = number),
    'schema', target_space.nspname,
    'name', target.relname,
    'references', (SELECT json_agg(attname ORDER BY place) FROM unnest(key.confkey) WITH ORDINALITY AS part(number, place)
      JOIN pg_catalog.pg_attribute ON attrelid = key.confrelid AND attnum = number)
  ) ORDER BY key.conname), '[]') AS list
  FROM pg_catalog.pg_constraint AS key
  LEFT JOIN pg_catalog.pg_class AS target ON target.oid = key.confrelid
  LEFT JOIN pg_catalog.pg_namespace AS target_space ON target_space.oid = target.relnamespace
  WHERE key.conrelid = class.oid AND key.contype IN ('p', 'f') AND key.conparentid = 0
) AS keys
WHERE class.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT class.relispartition
  AND space.nspname <> 'information_schema' AND NOT starts_with(space.nspname, 'pg_')
ORDER BY space.nspname COLLATE "C", class.relname COLLATE "C"`
