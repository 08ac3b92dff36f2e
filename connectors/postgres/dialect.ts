import type { Dialect } from '../shared/database/plan.js'
import { isExact } from './sql/exact.js'
import { relationSql } from './sql/relation.js'
import { quoteName } from './sql/text.js'

/**
 * How PostgreSQL is asked; what it does as the engine does, of the right operands (`sql/exact.ts`): boxes of GeoJSON are the engine's own.
 */
export const postgresDialect: Dialect = {
  capabilities: {
    project: true,
    union: true,
    filter: new Set(['and', 'or', 'not', 'compare', 'in', 'isNull', 'startsWith', 'contains'] as const),
    aggregate: new Set(['COUNT', 'COUNT_DISTINCT', 'SUM', 'MIN', 'MAX', 'MEDIAN', 'STDDEV', 'SUM_COUNTS', 'MEAN', 'M2'] as const),
    sort: true,
    limit: true,
  },
  isExact,
  quoteName,
  noColumn: 'CAST(NULL AS bigint)',
  statementSql: (relation, from) => copyStatement(relationSql(relation, from)),
}

/** A query whose rows are read as COPY gives them. */
export function copyStatement(sql: string): string {
  return `COPY (\n${sql}\n) TO STDOUT (FORMAT binary)`
}
