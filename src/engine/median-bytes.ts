import type { Aggregate, Relation, TableScan } from '../connector/relation.js'
import { operatorsOf } from '../connector/traverse.js'

/** Bytes that DuckDB (1.5.5) takes for each value of a median, measured: for all rows together, and where it has many groups. */
const bytesOfValue = { ungrouped: 20, grouped: 40 }

/** Whether a relation has a median. */
export function hasMedian(relation: Relation): boolean {
  return [...operatorsOf(relation)].some((one) => one.op === 'aggregate' && one.measures.some(isMedian))
}

/**
 * Memory for the medians of a relation. DuckDB keeps every value of each until the end, and does not count them towards its
 * `memory_limit`. Equal medians are one.
 * @param rowsOf how many rows a scan reads.
 */
export function medianBytes(relation: Relation, rowsOf: (scan: TableScan) => number): number {
  let bytes = 0
  for (const one of operatorsOf(relation)) {
    if (one.op !== 'aggregate') continue
    const medians = new Set(one.measures.filter(isMedian).map(({ input }) => JSON.stringify(input)))
    if (medians.size > 0)
      bytes += medians.size * rowsMax(one.input, rowsOf) * bytesOfValue[one.groups.length === 0 ? 'ungrouped' : 'grouped']
  }
  return bytes
}

function isMedian({ function: name }: Aggregate): boolean {
  return name === 'MEDIAN'
}

/** The most rows that a relation can have. Of a join as many as of its larger side, since nobody knows before it runs. */
function rowsMax(relation: Relation, rowsOf: (scan: TableScan) => number): number {
  switch (relation.op) {
    case 'scan':
      return rowsOf(relation)
    case 'union':
      return relation.inputs.reduce((sum, input) => sum + rowsMax(input, rowsOf), 0)
    case 'aggregate':
      return relation.groups.length === 0 ? 1 : rowsMax(relation.input, rowsOf)
    case 'limit':
      return Math.min(relation.count ?? Infinity, rowsMax(relation.input, rowsOf))
    case 'join':
    case 'match':
      return Math.max(rowsMax(relation.left, rowsOf), rowsMax(relation.right, rowsOf))
    case 'filter':
    case 'project':
    case 'sort':
      return rowsMax(relation.input, rowsOf)
  }
}
