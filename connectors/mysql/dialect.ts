import type { Dialect } from '../shared/database/plan.js'
import { isExact } from './sql/exact.js'
import { relationSql } from './sql/relation.js'
import { quoteName } from './sql/text.js'

/** How to query MySQL. Which operations give the same result as the engine depends on their operands too: see `sql/exact.ts`. */
export const mysqlDialect: Dialect = {
  capabilities: {
    project: true,
    union: true,
    join: true,
    filter: new Set(['and', 'or', 'not', 'compare', 'in', 'isNull'] as const),
    aggregate: new Set(['COUNT', 'COUNT_DISTINCT', 'SUM', 'MIN', 'MAX'] as const),
    sort: true,
    limit: true,
  },
  isExact,
  quoteName,
  noColumn: 'NULL',
  statementSql: relationSql,
}
