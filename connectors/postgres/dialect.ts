import type { Dialect } from '../shared/database/plan.js'
import { isExact } from './sql/exact.js'
import { relationSql } from './sql/relation.js'
import { quoteName } from './sql/text.js'

/**
 * How to query PostgreSQL. Which operations give the same result as the engine depends on their operands too: see `sql/exact.ts`. Boxes
 * over GeoJSON stay with the engine.
 */
export const postgresDialect: Dialect = {
  capabilities: {
    project: true,
    union: true,
    join: true,
    filter: new Set(['and', 'or', 'not', 'compare', 'in', 'among', 'isNull', 'startsWith', 'contains'] as const),
    aggregate: new Set(['COUNT', 'COUNT_DISTINCT', 'SUM', 'MIN', 'MAX', 'MEDIAN', 'STDDEV', 'SUM_COUNTS', 'MEAN', 'M2'] as const),
    sort: true,
    limit: true,
  },
  isExact,
  quoteName,
  noColumn: 'CAST(NULL AS bigint)',
  statementSql: (relation, from) => copyStatement(relationSql(relation, from)),
}

/** Wraps a query in COPY, which is how its rows are read. */
export function copyStatement(sql: string): string {
  return `COPY (\n${sql}\n) TO STDOUT (FORMAT binary)`
}
