import type { ColumnStatistics } from '../../catalogue/tables-for-query.js'
import type { Expression, Join, Predicate, Relation } from '../../connector/relation.js'
import { inputsOf } from '../../connector/traverse.js'
import type { Statistics } from './table-statistics.js'

/** The estimated answer of a relation. */
interface Estimate {
  readonly rows: number | undefined
  readonly columns: readonly (ColumnStatistics | undefined)[]
}

/** The share of rows that a predicate keeps where no statistics say more. */
const selectivity = 0.25
const rangeSelectivity = 1 / 3
const textSelectivity = 0.1
/** The number of groups, as a share of the rows, where no statistics say more. */
const grouped = 0.1

/**
 * Estimates how many rows a relation answers; undefined where a table's row count is not known. Assumes that values are evenly spread and
 * that columns are independent.
 */
export function estimateRows(relation: Relation, tables: Statistics): number | undefined {
  const { rows } = estimate(relation, tables)
  return rows === undefined ? undefined : Math.ceil(rows)
}

function estimate(relation: Relation, tables: Statistics): Estimate {
  const inputs = inputsOf(relation).map((input) => estimate(input, tables))
  const [input = nothing] = inputs
  const { rows, columns } = input
  switch (relation.op) {
    case 'scan': {
      const table = tables.get(relation.table)
      return { rows: table?.rowCount, columns: relation.columns.map(({ name }) => table?.columns.get(name)) }
    }
    case 'union':
      return unioned(inputs)
    case 'sort':
      return input
    case 'project':
      return { rows, columns: relation.outputs.map((output) => statisticsOf(output, columns)) }
    case 'filter':
      return { rows: scaled(rows, kept(relation.predicate, columns)), columns }
    case 'limit': {
      const after = rows === undefined ? undefined : Math.max(0, rows - relation.offset)
      return { rows: relation.count === undefined ? after : Math.min(after ?? relation.count, relation.count), columns }
    }
    case 'match':
      return { rows: 1, columns: [] }
    case 'join':
      return joined(relation, input, inputs[1] ?? nothing)
    case 'aggregate': {
      const groups = relation.groups.map((group) => statisticsOf(group, columns))
      return { rows: groupsOf(rows, groups), columns: [...groups, ...relation.measures.map(() => undefined)] }
    }
  }
}

const nothing: Estimate = { rows: undefined, columns: [] }

/** Each key of one side is taken to be among those of the other, where that has more of them. */
function joined({ type, keys }: Join, left: Estimate, right: Estimate): Estimate {
  if (type === 'ANTI') return { rows: scaled(left.rows, selectivity), columns: left.columns }
  const columns = [...left.columns, ...right.columns]
  if (left.rows === undefined || right.rows === undefined) return { rows: undefined, columns }
  const distinct = keys.map((key) => {
    const both = [statisticsOf(key.left, left.columns), statisticsOf(key.right, right.columns)]
    return Math.max(...both.map((side) => side?.distinctCount ?? 0))
  })
  const [leftRows, rightRows] = [left.rows, right.rows]
  const combined = distinct.reduce((product, count) => product * Math.max(1, count), 1)
  const known = distinct.every((count) => count > 0) ? Math.min(combined, Math.max(leftRows, rightRows)) : Math.max(leftRows, rightRows)
  const inner = (leftRows * rightRows) / Math.max(1, known)
  return { rows: type === 'LEFT' ? Math.max(leftRows, inner) : inner, columns }
}

/** Tables of a union mostly describe the same kind of thing, so a column has as many distinct values as in the table with the most. */
function unioned(inputs: readonly Estimate[]): Estimate {
  const rows = inputs.reduce<number | undefined>(
    (sum, input) => (sum === undefined || input.rows === undefined ? undefined : sum + input.rows),
    0,
  )
  const columns = inputs[0]?.columns.map((_, index) => {
    const each = inputs.flatMap((input) => input.columns[index] ?? [])
    if (each.length < inputs.length) return undefined
    return {
      distinctCount: Math.max(...each.map(({ distinctCount }) => distinctCount)),
      nullRatio: each.reduce((sum, { nullRatio }) => sum + nullRatio, 0) / each.length,
    }
  })
  return { rows, columns: columns ?? [] }
}

/** Without groups, one row. Null counts as a group. */
function groupsOf(rows: number | undefined, groups: readonly (ColumnStatistics | undefined)[]): number | undefined {
  const counts = groups.flatMap((group) => (group === undefined ? [] : [group.distinctCount + (group.nullRatio > 0 ? 1 : 0)]))
  if (counts.length < groups.length) return scaled(rows, grouped)
  const combined = counts.reduce((product, count) => product * Math.max(1, count), 1)
  return rows === undefined ? undefined : Math.min(groups.length === 0 ? 1 : rows, combined)
}

function statisticsOf(expression: Expression, columns: readonly (ColumnStatistics | undefined)[]): ColumnStatistics | undefined {
  if (expression.kind === 'column') return columns[expression.index]
  if (expression.kind === 'cast' || expression.kind === 'normalise') return statisticsOf(expression.input, columns)
  return expression.kind === 'literal' ? { distinctCount: 1, nullRatio: expression.value === null ? 1 : 0 } : undefined
}

/** The share of rows that a predicate keeps. */
function kept(predicate: Predicate, columns: readonly (ColumnStatistics | undefined)[]): number {
  switch (predicate.kind) {
    case 'and':
      return predicate.terms.reduce((share, term) => share * kept(term, columns), 1)
    case 'or':
      return 1 - predicate.terms.reduce((share, term) => share * (1 - kept(term, columns)), 1)
    case 'not':
      return 1 - kept(predicate.term, columns)
    case 'compare': {
      if (predicate.comparison !== 'eq' && predicate.comparison !== 'ne') return rangeSelectivity
      const equal = equals(statisticsOf(predicate.left, columns), 1)
      return predicate.comparison === 'eq' ? equal : 1 - equal
    }
    case 'in':
    case 'among':
      return equals(statisticsOf(predicate.left, columns), predicate.values.length)
    case 'isNull': {
      const nulls = statisticsOf(predicate.input, columns)?.nullRatio ?? selectivity
      return predicate.negated ? 1 - nulls : nulls
    }
    case 'startsWith':
    case 'contains':
      return textSelectivity
    case 'withinBox':
      return selectivity
  }
}

function equals(column: ColumnStatistics | undefined, values: number): number {
  if (column === undefined) return selectivity
  return (1 - column.nullRatio) * Math.min(1, values / Math.max(1, column.distinctCount))
}

function scaled(rows: number | undefined, factor: number): number | undefined {
  return rows === undefined ? undefined : rows * factor
}
