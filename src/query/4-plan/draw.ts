import type { Aggregate, Expression, JoinKey, Predicate, Relation, SortKey } from '../../connector/relation.js'
import { inputsOf } from '../../connector/traverse.js'

/** A relation as an indented tree, each operator above its inputs. $0 … $n are the columns of the input below. */
export function drawRelation(relation: Relation): string {
  return lines(relation).join('\n')
}

function lines(relation: Relation): string[] {
  return [
    operatorText(relation),
    ...inputsOf(relation)
      .flatMap(lines)
      .map((line) => `  ${line}`),
  ]
}

function operatorText(relation: Relation): string {
  switch (relation.op) {
    case 'scan':
      return `scan ${relation.table} [${relation.columns.map(({ name, type }) => `${name}: ${type}`).join(', ')}]`
    case 'union':
      return 'union'
    case 'filter':
      return `filter ${predicateText(relation.predicate)}`
    case 'project':
      return `project ${relation.outputs.map(expressionText).join(', ')}`
    case 'aggregate': {
      const by = relation.groups.length === 0 ? '' : ` by ${relation.groups.map(expressionText).join(', ')}`
      return `aggregate ${relation.measures.map(measureText).join(', ') || 'distinct'}${by}`
    }
    case 'sort':
      return `sort ${relation.keys.map(sortKeyText).join(', ')}`
    case 'limit':
      return `limit ${relation.count ?? 'none'} offset ${relation.offset}`
    case 'join':
      return `${relation.type.toLowerCase()} join on ${relation.keys.map(keyText).join(' and ')}`
    case 'match':
      return `match of ${relation.keys.map(keyText).join(' and ')}`
  }
}

function keyText({ left, right }: JoinKey): string {
  return `left ${expressionText(left)} = right ${expressionText(right)}`
}

function sortKeyText({ column, descending, nullsFirst }: SortKey): string {
  return `$${column} ${descending ? 'desc' : 'asc'} nulls ${nullsFirst ? 'first' : 'last'}`
}

function expressionText(expression: Expression): string {
  switch (expression.kind) {
    case 'column':
      return `$${expression.index}`
    case 'literal':
      return expression.value === null ? 'null' : textOf(expression.value)
    case 'cast':
      return `${expressionText(expression.input)} as ${expression.to.type}`
    case 'normalise':
      return `${expression.as.toLowerCase()}(${expressionText(expression.input)})`
    case 'mask':
      return `${expression.as.kind}(${expressionText(expression.input)})`
    case 'bucket':
      return `${expression.granularity.toLowerCase()}(${expressionText(expression.input)}, ${expression.timeZone})`
    case 'mean':
      return `${expressionText(expression.sum)} / ${expressionText(expression.count)}`
  }
}

/** The most characters of a value in the drawing. */
const valueMax = 200

function textOf(value: string): string {
  return value.length <= valueMax ? JSON.stringify(value) : `${JSON.stringify(value.slice(0, valueMax))}…`
}

function measureText(measure: Aggregate): string {
  return `${measure.function.toLowerCase()}(${measure.input === undefined ? '*' : expressionText(measure.input)})`
}

function predicateText(predicate: Predicate): string {
  switch (predicate.kind) {
    case 'and':
    case 'or':
      return `(${predicate.terms.map(predicateText).join(` ${predicate.kind} `)})`
    case 'not':
      return `not ${predicateText(predicate.term)}`
    case 'compare':
      return `${expressionText(predicate.left)} ${predicate.comparison} ${expressionText(predicate.right)}`
    case 'in':
      return `${expressionText(predicate.left)} in (${predicate.values.slice(0, 10).map(expressionText).join(', ')}${predicate.values.length > 10 ? ', …' : ''})`
    case 'among':
      return `${expressionText(predicate.left)} among ${predicate.values.length} keys`
    case 'isNull':
      return `${expressionText(predicate.input)} is ${predicate.negated ? 'not ' : ''}null`
    case 'startsWith':
    case 'contains':
      return `${predicate.kind}(${expressionText(predicate.input)}, ${textOf(predicate.text)})`
    case 'withinBox':
      return `${expressionText(predicate.input)} within [${predicate.west}, ${predicate.south}, ${predicate.east}, ${predicate.north}]`
  }
}
