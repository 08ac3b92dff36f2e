import type {
  Aggregate,
  Comparison,
  Expression,
  Literal,
  Predicate,
  Relation,
  TableScan,
  SortKey,
} from '../../../src/connector/relation.js'
import { joinSql } from '../../../src/connector/join-sql.js'
import { integer } from '../../shared/database/integer.js'
import { quoteText } from './text.js'

type From = (scan: TableScan) => string

/** More rows than there can be: an ORDER BY of a subquery counts only beside a LIMIT. */
const everyRow = '18446744073709551615'
const symbols: Record<Comparison, string> = { eq: '=', ne: '<>', lt: '<', lte: '<=', gt: '>', gte: '>=' }

/** MySQL's SQL for a relation that `exact.ts` has let through. Every SELECT answers columns c0 … cn. */
export function relationSql(relation: Relation, from: From): string {
  switch (relation.op) {
    case 'scan':
      return `SELECT * FROM ${from(relation)}`
    case 'union':
      return relation.inputs.map((input) => `(${relationSql(input, from)})`).join('\nUNION ALL\n')
    case 'filter':
      return `SELECT * FROM ${nested(relation.input, from)} WHERE ${predicateSql(relation.predicate)}`
    case 'project':
      return `SELECT ${named(relation.outputs.map(columnSql))} FROM ${nested(relation.input, from)}`
    case 'aggregate': {
      const groups = relation.groups.map(columnSql)
      const by = groups.length === 0 ? '' : ` GROUP BY ${groups.join(', ')}`
      return `SELECT ${named([...groups, ...relation.measures.map(aggregateSql)])} FROM ${nested(relation.input, from)}${by}`
    }
    case 'sort':
      return `${sorted(relation, from)} LIMIT ${everyRow}`
    case 'join':
      return joinSql(relation, { nested: (side) => nested(side, from), key: columnSql, noColumn: 'NULL', wide: 'DECIMAL(65)' })
    case 'match':
      throw new RangeError('matches are counted by the engine')
    case 'limit': {
      const base = relation.input.op === 'sort' ? sorted(relation.input, from) : `SELECT * FROM ${nested(relation.input, from)}`
      return `${base} LIMIT ${relation.count === undefined ? everyRow : integer(relation.count)} OFFSET ${integer(relation.offset)}`
    }
  }
}

function sorted({ input, keys }: Extract<Relation, { op: 'sort' }>, from: From): string {
  return `SELECT * FROM ${nested(input, from)} ORDER BY ${keys.map(sortKey).join(', ')}`
}

/** MySQL has no NULLS LAST. */
function sortKey({ column, descending, nullsFirst }: SortKey): string {
  const sql = `c${integer(column)}`
  return `${sql} IS ${nullsFirst ? 'NOT ' : ''}NULL, ${sql} ${descending ? 'DESC' : 'ASC'}`
}

function nested(relation: Relation, from: From): string {
  return relation.op === 'scan' ? from(relation) : `(\n${relationSql(relation, from)}\n) AS input`
}

function named(expressions: readonly string[]): string {
  return expressions.length === 0 ? 'NULL AS c0' : expressions.map((sql, position) => `${sql} AS c${position}`).join(', ')
}

function columnSql(expression: Expression): string {
  if (expression.kind !== 'column') throw new RangeError('only columns are pushed down')
  // Qualified: a GROUP BY would take the name for that of an output.
  return `input.c${integer(expression.index)}`
}

function aggregateSql({ function: of, input }: Aggregate): string {
  if (input === undefined) return 'count(*)'
  return of === 'COUNT_DISTINCT' ? `count(DISTINCT ${columnSql(input)})` : `${of.toLowerCase()}(${columnSql(input)})`
}

function predicateSql(predicate: Predicate): string {
  switch (predicate.kind) {
    case 'and':
    case 'or':
      return `(${predicate.terms.map(predicateSql).join(predicate.kind === 'and' ? ' AND ' : ' OR ')})`
    case 'not':
      return `(NOT ${predicateSql(predicate.term)})`
    case 'compare':
      return `(${columnSql(predicate.left)} ${symbols[predicate.comparison]} ${literalSql(predicate.right)})`
    case 'in':
      return predicate.values.length === 0 ? 'FALSE' : `(${columnSql(predicate.left)} IN (${predicate.values.map(literalSql).join(', ')}))`
    case 'isNull':
      return `(${columnSql(predicate.input)} IS ${predicate.negated ? 'NOT ' : ''}NULL)`
    default:
      throw new RangeError('this predicate is left to the engine')
  }
}

function literalSql({ shape, value }: Literal): string {
  if (value === null) return 'NULL'
  switch (shape.type) {
    case 'INT64':
    case 'DECIMAL':
      return value
    case 'DATE':
      return `CAST(${quoteText(value)} AS DATE)`
    case 'TIMESTAMP':
    case 'TIMESTAMPTZ':
      return `CAST(${quoteText(value.replace('T', ' ').replace('Z', ''))} AS DATETIME(6))`
    default:
      return `CAST(${quoteText(value)} AS BINARY)`
  }
}
