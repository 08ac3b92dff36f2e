import type { Dialect } from '../shared/database/plan.js'
import { isExact } from './sql/exact.js'
import { relationSql } from './sql/relation.js'
import { quoteName } from './sql/text.js'

/** How MySQL is asked; what it does as the engine does, of the right operands (`sql/exact.ts`). */
export const mysqlDialect: Dialect = {
  capabilities: {
    project: true,
    union: true,
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
