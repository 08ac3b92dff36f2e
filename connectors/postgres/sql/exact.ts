import type { ColumnType, Shape } from '../../../src/connector/column.js'
import type { Expression, Literal, Predicate, Relation } from '../../../src/connector/relation.js'
import { shapeOf } from '../../../src/connector/shapes.js'
import { clock, commonForms, day, hasForm, type LiteralForms } from '../../shared/database/literal-forms.js'
import { isText } from './text.js'

/**
 * Whether PostgreSQL can run an operator, and answers it just as the engine does: the same rows, and an error where the engine has one. Any
 * other operator is left to the engine.
 */
export function isExact(operator: Relation, input: readonly Shape[], right: readonly Shape[] = []): boolean {
  return entriesOf(operator, input, right) <= entriesMax && isExactOperator(operator, input, right)
}

/** The most columns of one SELECT, with those that it only sorts by (MaxTupleAttributeNumber in PostgreSQL's htup_details.h). */
const entriesMax = 1664

function entriesOf(operator: Relation, input: readonly Shape[], right: readonly Shape[]): number {
  switch (operator.op) {
    case 'join':
    case 'match':
      return input.length + right.length + operator.keys.length
    case 'project':
      return operator.outputs.length
    case 'aggregate':
      return operator.groups.length + operator.measures.length
    case 'sort':
      return input.length + operator.keys.length
    default:
      return input.length
  }
}

function isExactOperator(operator: Relation, input: readonly Shape[], right: readonly Shape[]): boolean {
  switch (operator.op) {
    case 'scan':
    case 'union':
      return true
    case 'filter':
      return isExactPredicate(operator.predicate, input)
    case 'project':
      return operator.outputs.every((output) => isExactExpression(output, input))
    case 'aggregate':
      return (
        operator.groups.every((group) => isExactExpression(group, input)) &&
        operator.measures.every((measure) => measure.input === undefined || isExactExpression(measure.input, input))
      )
    case 'sort':
    case 'limit':
      return true
    case 'join':
    case 'match':
      return operator.keys.every((key) => isExactExpression(key.left, input) && isExactExpression(key.right, right))
  }
}

/**
 * Zones whose rules have been the same in every edition of the tz database for decades; of others the two sides may know different ones.
 */
const zones = new Set(['UTC', 'Europe/London'])

/**
 * Conversions that cannot go otherwise. A text that is read as a number or a date, and a date's or a DOUBLE's text, are the engine's own.
 */
const conversions: Partial<Record<ColumnType, readonly ColumnType[]>> = {
  INT64: ['DECIMAL', 'DOUBLE', 'STRING'],
  DECIMAL: ['DECIMAL', 'STRING'],
  BOOLEAN: ['STRING'],
  DATE: ['TIMESTAMP'],
}

function isExactExpression(expression: Expression, input: readonly Shape[]): boolean {
  switch (expression.kind) {
    case 'column':
      return true
    case 'literal':
      return isExactLiteral(expression)
    case 'cast':
      return isExactExpression(expression.input, input) && isExactConversion(shapeOf(expression.input, input), expression.to)
    case 'bucket':
      return (
        isExactExpression(expression.input, input) &&
        (shapeOf(expression.input, input).type !== 'TIMESTAMPTZ' || zones.has(expression.timeZone))
      )
    case 'normalise':
    case 'mask':
      return false
    case 'mean': {
      const sum = shapeOf(expression.sum, input)
      const { type, scale = 0 } = expression.shape
      return (
        isExactExpression(expression.sum, input) &&
        isExactExpression(expression.count, input) &&
        sum.type === type &&
        (sum.scale ?? 0) <= scale
      )
    }
  }
}

function isExactConversion(from: Shape, to: Shape): boolean {
  if (from.type === to.type && from.scale === to.scale) return true
  if (conversions[from.type]?.includes(to.type) !== true) return false
  // Rounding, and the text of 38 digits after the point, are the engine's own.
  return from.type !== 'DECIMAL' || (to.type === 'DECIMAL' ? (to.scale ?? 0) >= (from.scale ?? 0) : (from.scale ?? 0) < 38)
}

function isExactPredicate(predicate: Predicate, input: readonly Shape[]): boolean {
  switch (predicate.kind) {
    case 'and':
    case 'or':
      return predicate.terms.every((term) => isExactPredicate(term, input))
    case 'not':
      return isExactPredicate(predicate.term, input)
    case 'compare':
      return isExactExpression(predicate.left, input) && isLike(predicate.right, shapeOf(predicate.left, input))
    case 'in':
      return isExactExpression(predicate.left, input) && predicate.values.every((value) => isLike(value, shapeOf(predicate.left, input)))
    case 'among': {
      const { left, shape, values } = predicate
      return isExactExpression(left, input) && values.every((value) => isLike({ kind: 'literal', shape, value }, shapeOf(left, input)))
    }
    case 'isNull':
      return isExactExpression(predicate.input, input)
    case 'startsWith':
    case 'contains':
      return isExactExpression(predicate.input, input) && isText(shapeOf(predicate.input, input)) && !predicate.text.includes('\0')
    case 'withinBox':
      return false
  }
}

function isLike(literal: Literal, shape: Shape): boolean {
  return literal.shape.type === shape.type && isExactLiteral(literal)
}

const forms: LiteralForms = {
  ...commonForms,
  BOOLEAN: /^(true|false)$/,
  DOUBLE: /^-?\d{1,30}(\.\d{1,30})?([eE][+-]?\d{1,2})?$/,
  TIME: new RegExp(`^${clock}$`),
  TIMESTAMPTZ: new RegExp(`^${day}T${clock}(Z|[+-](0\\d|1[0-3]):[0-5]\\d)$`),
}

function isExactLiteral(literal: Literal): boolean {
  return isText(literal.shape) ? literal.value?.includes('\0') !== true : hasForm(forms, literal)
}
