import type { Shape } from '../../../src/connector/column.js'
import type { Aggregate, Relation, TableScan, SortKey } from '../../../src/connector/relation.js'
import { joinSql, type JoinWords, matchSql } from '../../../src/connector/join-sql.js'
import { aggregateShape, shapeOf, shapesOf } from '../../../src/connector/shapes.js'
import { expressionSql } from './expression.js'
import { predicateSql } from './predicate.js'
import { integer } from '../../shared/database/integer.js'
import { binary, isText, typeName } from './text.js'

type From = (scan: TableScan) => string

/** PostgreSQL's SQL for a relation. Every SELECT answers columns c0 … cn; `from` gives the table expression behind each scan. */
export function relationSql(relation: Relation, from: From): string {
  switch (relation.op) {
    case 'scan':
      return `SELECT * FROM ${from(relation)}`
    case 'union':
      return relation.inputs.map((input) => `(${stacked(input, from)})`).join('\nUNION ALL\n')
    case 'filter':
      return `SELECT * FROM ${nested(relation.input, from)} WHERE ${predicateSql(relation.predicate, shapesOf(relation.input))}`
    case 'project': {
      const input = shapesOf(relation.input)
      return `SELECT ${named(relation.outputs.map((output) => expressionSql(output, input)))} FROM ${nested(relation.input, from)}`
    }
    case 'aggregate': {
      const input = shapesOf(relation.input)
      const groups = relation.groups.map((group) => expressionSql(group, input))
      const measures = relation.measures.map((measure) => aggregateSql(measure, input))
      const by = groups.length === 0 ? '' : ` GROUP BY ${groups.map((_, position) => integer(position + 1)).join(', ')}`
      return `SELECT ${named([...groups, ...measures])} FROM ${nested(relation.input, from)}${by}`
    }
    case 'sort':
      return sorted(relation, from)
    case 'join':
      return joinSql(relation, words(from))
    case 'match':
      return matchSql(relation, words(from))
    case 'limit': {
      // LIMIT must stand beside its ORDER BY, since a subquery's order is not kept by promise.
      const base = relation.input.op === 'sort' ? sorted(relation.input, from) : `SELECT * FROM ${nested(relation.input, from)}`
      const count = relation.count === undefined ? '' : ` LIMIT ${integer(relation.count)}`
      return `${base}${count}${relation.offset === 0 ? '' : ` OFFSET ${integer(relation.offset)}`}`
    }
  }
}

/** Columns of different collations have none together, and then nothing can compare them. */
function stacked(input: Relation, from: From): string {
  const shapes = shapesOf(input)
  if (!shapes.some(isText)) return relationSql(input, from)
  return `SELECT ${named(shapes.map((shape, position) => binary(`c${position}`, shape)))} FROM ${nested(input, from)}`
}

function sorted({ input, keys }: Extract<Relation, { op: 'sort' }>, from: From): string {
  const shapes = shapesOf(input)
  return `SELECT * FROM ${nested(input, from)} ORDER BY ${keys.map((key) => sortKey(key, shapes)).join(', ')}`
}

function sortKey({ column, descending, nullsFirst }: SortKey, shapes: readonly Shape[]): string {
  const sql = binary(`c${integer(column)}`, shapes[column] as Shape)
  return `${sql} ${descending ? 'DESC' : 'ASC'} NULLS ${nullsFirst ? 'FIRST' : 'LAST'}`
}

function words(from: From): JoinWords {
  return {
    nested: (side) => nested(side, from),
    key: (key, shapes) => binary(expressionSql(key, shapes), shapeOf(key, shapes)),
    noColumn: 'CAST(NULL AS bigint)',
    wide: 'numeric',
  }
}

function nested(relation: Relation, from: From): string {
  return relation.op === 'scan' ? from(relation) : `(\n${relationSql(relation, from)}\n) AS input`
}

function named(expressions: readonly string[]): string {
  if (expressions.length === 0) return 'CAST(NULL AS bigint) AS c0'
  return expressions.map((sql, position) => (sql === `c${position}` ? sql : `${sql} AS c${position}`)).join(', ')
}

function aggregateSql(measure: Aggregate, input: readonly Shape[]): string {
  const shape = measure.input === undefined ? undefined : shapeOf(measure.input, input)
  const of = measure.input === undefined ? '*' : expressionSql(measure.input, input)
  switch (measure.function) {
    case 'COUNT':
      return `count(${of})`
    case 'COUNT_DISTINCT':
      return `count(DISTINCT ${of})`
    case 'SUM':
      return shape?.type === 'DOUBLE' ? `sum(${of})` : `CAST(sum(${of}) AS ${typeName(aggregateShape(measure, input))})`
    case 'MIN':
      return extreme(of, shape, 'min', 'bool_and')
    case 'MAX':
      return extreme(of, shape, 'max', 'bool_or')
    case 'MEDIAN':
      return `percentile_cont(0.5) WITHIN GROUP (ORDER BY CAST(${of} AS double precision))`
    case 'STDDEV':
      return `stddev_samp(CAST(${of} AS double precision))`
    case 'SUM_COUNTS':
      return `CAST(coalesce(sum(${of}), 0) AS bigint)`
    case 'MEAN':
      return `avg(CAST(${of} AS double precision))`
    case 'M2':
      return `var_pop(CAST(${of} AS double precision)) * count(${of})`
    case 'MERGE_STDDEV':
      throw new Error('not among the capabilities')
  }
}

/** PostgreSQL has no least of booleans by that name. */
function extreme(of: string, shape: Shape | undefined, name: string, ofBooleans: string): string {
  return shape?.type === 'BOOLEAN' ? `${ofBooleans}(${of})` : `${name}(${shape === undefined ? of : binary(of, shape)})`
}
