import type { Relation, Scan } from '../../src/connector/relation.js'

/** The most rows that a relation can have, and whether it has just as many, by its tables' row counts. */
export function rowsBound(relation: Relation, rowsOf: (scan: Scan) => number): { rows: number; exact: boolean } {
  switch (relation.op) {
    case 'scan':
      return { rows: rowsOf(relation), exact: true }
    case 'stack': {
      const inputs = relation.inputs.map((input) => rowsBound(input, rowsOf))
      return { rows: inputs.reduce((sum, { rows }) => sum + rows, 0), exact: inputs.every(({ exact }) => exact) }
    }
    case 'project':
    case 'sort':
      return rowsBound(relation.input, rowsOf)
    case 'filter':
      return { rows: rowsBound(relation.input, rowsOf).rows, exact: false }
    case 'aggregate':
      return relation.groups.length === 0 ? { rows: 1, exact: true } : { rows: rowsBound(relation.input, rowsOf).rows, exact: false }
    case 'limit': {
      const input = rowsBound(relation.input, rowsOf)
      return { rows: Math.min(Math.max(0, input.rows - relation.offset), relation.count ?? Infinity), exact: input.exact }
    }
  }
}
