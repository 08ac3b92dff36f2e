import type { Shape } from '../../connector/column.js'
import type { Comparison, Predicate } from '../../connector/relation.js'
import { separatorOf } from '../../connector/separator-of.js'
import { expressionSql, literalSql } from './expression.js'
import { quote, sqlType } from './type.js'

const symbols: Record<Comparison, string> = { eq: '=', ne: '<>', lt: '<', lte: '<=', gt: '>', gte: '>=' }

/**
 * The SQL of a predicate over an input with columns c0 … cn. Three-valued. Text is compared byte by byte, which is DuckDB's default
 * collation.
 */
export function predicateSql(predicate: Predicate, input: readonly Shape[]): string {
  switch (predicate.kind) {
    case 'and':
    case 'or':
      return `(${predicate.terms.map((term) => predicateSql(term, input)).join(predicate.kind === 'and' ? ' AND ' : ' OR ')})`
    case 'not':
      return `(NOT ${predicateSql(predicate.term, input)})`
    case 'compare':
      return `(${expressionSql(predicate.left, input)} ${symbols[predicate.comparison]} ${literalSql(predicate.right)})`
    case 'in':
      if (predicate.values.length === 0) return 'FALSE'
      return `(${expressionSql(predicate.left, input)} IN (${predicate.values.map(literalSql).join(', ')}))`
    case 'among':
      return `(${expressionSql(predicate.left, input)} IN ${amongSql(predicate)})`
    case 'isNull':
      return `(${expressionSql(predicate.input, input)} IS ${predicate.negated ? 'NOT ' : ''}NULL)`
    case 'startsWith':
      return `starts_with(${expressionSql(predicate.input, input)}, ${quote(predicate.text)})`
    case 'contains':
      return `contains(${expressionSql(predicate.input, input)}, ${quote(predicate.text)})`
    case 'withinBox':
      return withinBoxSql(predicate, expressionSql(predicate.input, input))
  }
}

/**
 * The values as one text that the engine splits, since it takes long for a list of thousands of literals. The sign between them is in none.
 */
function amongSql({ values, shape }: Extract<Predicate, { kind: 'among' }>): string {
  if (values.length === 0) return '(SELECT NULL WHERE FALSE)'
  const between = separatorOf(values)
  const value = shape.type === 'STRING' ? 'value' : `CAST(value AS ${sqlType(shape)})`
  return `(SELECT ${value} FROM unnest(string_split(${quote(values.join(between))}, ${quote(between)})) AS listed(value))`
}

const number = '-?[0-9][0-9.]*(?:[eE][+-]?[0-9]+)?'
const position = `\\[\\s*(${number})\\s*,\\s*(${number})`

/**
 * Every position of a GeoJSON text must lie in the box, whatever the geometry's type. A position is longitude, then latitude (RFC 7946,
 * 3.1.1).
 */
function withinBoxSql(box: Extract<Predicate, { kind: 'withinBox' }>, geometry: string): string {
  const axis = (group: 1 | 2) => `CAST(regexp_extract_all(${geometry}, ${quote(position)}, ${group}) AS DOUBLE[])`
  const within = (group: 1 | 2, from: number, to: number) =>
    `list_min(${axis(group)}) >= ${degrees(from)} AND list_max(${axis(group)}) <= ${degrees(to)}`
  const longitudes = box.west <= box.east ? within(1, box.west, box.east) : acrossAntimeridian(axis(1), box.west, box.east)
  return `(${longitudes} AND ${within(2, box.south, box.north)})`
}

/**
 * For a box across the 180th meridian: every longitude is at least `west` or at most `east`. NULL without positions, like the minimum of no
 * values.
 */
function acrossAntimeridian(longitudes: string, west: number, east: number): string {
  const each = `longitude BETWEEN ${degrees(west)} AND 180 OR longitude BETWEEN -180 AND ${degrees(east)}`
  return `list_aggregate(list_transform(${longitudes}, lambda longitude: ${each}), 'bool_and')`
}

function degrees(value: number): string {
  if (!Number.isFinite(value)) throw new RangeError('not a number of degrees')
  return `CAST('${value}' AS DOUBLE)`
}
