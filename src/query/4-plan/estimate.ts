import type { Relation } from '../../connector/relation.js'

/** Rows kept by a predicate of which nothing is known. */
const selectivity = 0.25
/** Rows left of each ten by a grouping of which nothing is known. */
const grouped = 0.1

/** A guess at the rows that a relation answers, from its tables' row counts; undefined where a count is not known. */
export function estimateRows(relation: Relation, rowCounts: ReadonlyMap<string, number | undefined>): number | undefined {
  switch (relation.op) {
    case 'scan':
      return rowCounts.get(relation.table)
    case 'stack': {
      const inputs = relation.inputs.map((input) => estimateRows(input, rowCounts))
      return inputs.reduce<number | undefined>((sum, rows) => (sum === undefined || rows === undefined ? undefined : sum + rows), 0)
    }
    case 'limit': {
      const rows = estimateRows(relation.input, rowCounts)
      const after = rows === undefined ? undefined : Math.max(0, rows - relation.offset)
      return relation.count === undefined ? after : Math.min(after ?? relation.count, relation.count)
    }
    case 'filter':
      return scaled(estimateRows(relation.input, rowCounts), selectivity)
    case 'aggregate':
      return relation.groups.length === 0 ? 1 : scaled(estimateRows(relation.input, rowCounts), grouped)
    case 'project':
    case 'sort':
      return estimateRows(relation.input, rowCounts)
  }
}

function scaled(rows: number | undefined, factor: number): number | undefined {
  return rows === undefined ? undefined : Math.ceil(rows * factor)
}
