import type { Expression, Predicate, Relation, TableScan } from '../../src/connector/relation.js'
import { shapesOf } from '../../src/connector/shapes.js'
import { columnPositions } from '../shared/column-positions.js'
import type { HeldTable } from '../shared/tabular/copies/harvested-tables.js'

/** How many rows a relation can have. */
export interface RowsBound {
  /** The most. */
  readonly rows: number
  /** It has just as many. */
  readonly exact: boolean
  /**
   * The most that are to be expected: fewer than `rows` where it groups by, or looks for values of, columns of which the copy knows how
   * many values they have.
   */
  readonly likely: number
}

type TableOf = (scan: TableScan) => Pick<HeldTable, 'rowCount' | 'columns'>

/** The bound of a relation over copies. */
export function rowsBound(relation: Relation, tableOf: TableOf): RowsBound {
  switch (relation.op) {
    case 'scan': {
      const { rowCount } = tableOf(relation)
      return { rows: rowCount, exact: true, likely: rowCount }
    }
    case 'union': {
      const inputs = relation.inputs.map((input) => rowsBound(input, tableOf))
      const sum = (of: (input: RowsBound) => number) => inputs.reduce((total, input) => total + of(input), 0)
      return { rows: sum(({ rows }) => rows), exact: inputs.every(({ exact }) => exact), likely: sum(({ likely }) => likely) }
    }
    case 'match':
      return { rows: 1, exact: true, likely: 1 }
    case 'join': {
      const [left, right] = [rowsBound(relation.left, tableOf), rowsBound(relation.right, tableOf)]
      if (relation.type === 'ANTI') return { ...left, exact: false }
      // Keys mostly are unique on one side; that they are the same everywhere is possible, and not likely.
      return { rows: left.rows * Math.max(1, right.rows), exact: false, likely: Math.max(left.likely, right.likely) }
    }
    case 'project':
    case 'sort':
      return rowsBound(relation.input, tableOf)
    case 'filter': {
      const { rows, likely } = rowsBound(relation.input, tableOf)
      return { rows, exact: false, likely: Math.min(likely, Math.ceil(rows * keptShare(relation.predicate, relation.input, tableOf))) }
    }
    case 'aggregate': {
      if (relation.groups.length === 0) return { rows: 1, exact: true, likely: 1 }
      const { rows, likely } = rowsBound(relation.input, tableOf)
      // Of a large table distinct values are an estimate, good to a few percent; nulls are one more group.
      const groups = relation.groups.reduce((product, group) => product * (2 * distinctOf(group, relation.input, tableOf) + 1), 1)
      return { rows, exact: false, likely: Math.min(likely, groups) }
    }
    case 'limit': {
      const input = rowsBound(relation.input, tableOf)
      const page = (rows: number) => Math.min(Math.max(0, rows - relation.offset), relation.count ?? Infinity)
      return { rows: page(input.rows), exact: input.exact, likely: page(input.likely) }
    }
  }
}

/** Distinct values of an expression over a relation; Infinity where nobody knows. */
function distinctOf(expression: Expression, relation: Relation, tableOf: TableOf): number {
  switch (expression.kind) {
    case 'literal':
      return 1
    case 'cast':
    case 'bucket':
    case 'normalise':
    case 'mask':
      return distinctOf(expression.input, relation, tableOf)
    case 'mean':
      return Infinity
    case 'column':
      return distinctInColumn(expression.index, relation, tableOf)
  }
}

function distinctInColumn(index: number, relation: Relation, tableOf: TableOf): number {
  switch (relation.op) {
    case 'scan': {
      const name = relation.columns[index]?.name
      const { columns } = tableOf(relation)
      return columns[columnPositions(columns).get(name ?? '') ?? -1]?.profile?.distinctCount ?? Infinity
    }
    case 'union':
      return relation.inputs.reduce((sum, input) => sum + distinctInColumn(index, input, tableOf), 0)
    case 'project':
      return distinctOf(relation.outputs[index] as Expression, relation.input, tableOf)
    case 'aggregate':
    case 'match':
      return Infinity
    case 'join': {
      const width = shapesOf(relation.left).length
      return index < width ? distinctInColumn(index, relation.left, tableOf) : distinctInColumn(index - width, relation.right, tableOf)
    }
    case 'filter':
    case 'sort':
    case 'limit':
      return distinctInColumn(index, relation.input, tableOf)
  }
}

/**
 * The most of its input that a filter is to be expected to keep, as a share: less than all where it names values of a column that is known
 * to have many.
 */
export function keptShare(predicate: Predicate, input: Relation, tableOf: TableOf): number {
  if (predicate.kind === 'and') return Math.min(...predicate.terms.map((term) => keptShare(term, input, tableOf)))
  const values =
    predicate.kind === 'in' || predicate.kind === 'among'
      ? predicate.values.length
      : predicate.kind === 'compare' && predicate.comparison === 'eq'
        ? 1
        : undefined
  if (values === undefined || (predicate.kind !== 'in' && predicate.kind !== 'among' && predicate.kind !== 'compare')) return 1
  const distinct = distinctOf(predicate.left, input, tableOf)
  // Twice its fair share, since distinct values are an estimate and some are more frequent than others.
  return distinct === Infinity ? 1 : Math.min(1, (2 * values) / Math.max(1, distinct))
}

/** Rows of which a sorted page is taken; of anything else, rows behind its scans. */
export function rowsToSort(relation: Relation, tableOf: TableOf): number {
  if (relation.op === 'limit' || relation.op === 'sort') return rowsToSort(relation.input, tableOf)
  return rowsBound(relation, tableOf).likely
}
