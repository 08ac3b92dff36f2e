import type { Shape } from '../../connector/column.js'
import type { Aggregate, Relation, Scan, SortKey } from '../../connector/relation.js'
import { aggregateShape, shapeOf, shapesOf } from '../../connector/shapes.js'
import { expressionSql } from './expression.js'
import { predicateSql } from './predicate.js'
import { integer, sqlType } from './type.js'

/** DuckDB's SQL for a relation. Every SELECT answers columns c0 … cn; `from` gives the table expression behind each scan. */
export function relationSql(relation: Relation, from: (scan: Scan) => string): string {
  switch (relation.op) {
    case 'scan':
      return `SELECT ${columns(relation.columns.length)} FROM ${from(relation)}`
    case 'stack':
      return relation.inputs.map((input) => `(${relationSql(input, from)})`).join('\nUNION ALL\n')
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
      return `SELECT * FROM ${nested(relation.input, from)} ORDER BY ${relation.keys.map(sortKey).join(', ')}`
    case 'limit':
      return `${limitBase(relation.input, from)}${limitClause(relation.count, relation.offset)}`
  }
}

/** LIMIT must stand beside its ORDER BY, since a subquery's order is not kept by promise. */
function limitBase(input: Relation, from: (scan: Scan) => string): string {
  return input.op === 'sort' ? relationSql(input, from) : `SELECT * FROM ${nested(input, from)}`
}

function limitClause(count: number | undefined, offset: number): string {
  return `${count === undefined ? '' : ` LIMIT ${integer(count)}`}${offset === 0 ? '' : ` OFFSET ${integer(offset)}`}`
}

function nested(relation: Relation, from: (scan: Scan) => string): string {
  if (relation.op === 'scan') return from(relation)
  return `(\n  ${relationSql(relation, from).replaceAll('\n', '\n  ')}\n) AS input`
}

function columns(width: number): string {
  return width === 0 ? 'NULL AS c0' : Array.from({ length: width }, (_, position) => `c${position}`).join(', ')
}

function named(expressions: readonly string[]): string {
  return expressions.length === 0 ? 'NULL AS c0' : expressions.map((sql, position) => (sql === `c${position}` ? sql : `${sql} AS c${position}`)).join(', ')
}

function sortKey(key: SortKey): string {
  return `c${integer(key.column)} ${key.descending ? 'DESC' : 'ASC'} NULLS ${key.nullsFirst ? 'FIRST' : 'LAST'}`
}

/** Sums are cast to DECIMAL before they are written: HUGEINT would become DOUBLE in Parquet. */
function aggregateSql(measure: Aggregate, input: readonly Shape[]): string {
  const of = measure.input === undefined ? '*' : expressionSql(measure.input, input)
  switch (measure.function) {
    case 'COUNT':
      return `count(${of})`
    case 'COUNT_DISTINCT':
      return `count(DISTINCT ${of})`
    case 'SUM': {
      const exact = measure.input !== undefined && shapeOf(measure.input, input).type !== 'DOUBLE'
      return exact ? `CAST(sum(${of}) AS ${sqlType(aggregateShape(measure, input))})` : `sum(${of})`
    }
    case 'MIN':
      return `min(${of})`
    case 'MAX':
      return `max(${of})`
    case 'MEDIAN':
      return `median(CAST(${of} AS DOUBLE))`
    case 'STDDEV':
      return `stddev_samp(CAST(${of} AS DOUBLE))`
    case 'SUM_COUNTS':
      return `CAST(coalesce(sum(${of}), 0) AS BIGINT)`
  }
}
