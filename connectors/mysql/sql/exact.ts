import type { ColumnType, Shape } from '../../../src/connector/column.js'
import type { Aggregate, Expression, Literal, Predicate, Relation } from '../../../src/connector/relation.js'
import { clock, commonForms, day, hasForm, type LiteralForms } from '../../shared/database/literal-forms.js'

/** What compares, groups and sorts alike on both sides. Texts are left out: a sort of MySQL looks at their first 1,024 bytes alone. */
const ordered: ReadonlySet<ColumnType> = new Set(['INT64', 'DECIMAL', 'DATE', 'TIMESTAMP', 'TIMESTAMPTZ'])

/** Whether MySQL answers an operator just as the engine does. What it does not is left. */
export function isExact(operator: Relation, input: readonly Shape[], right: readonly Shape[] = []): boolean {
  switch (operator.op) {
    case 'scan':
    case 'union':
      return true
    case 'filter':
      return isExactPredicate(operator.predicate, input)
    case 'project':
      return operator.outputs.every((output) => output.kind === 'column')
    case 'aggregate':
      return (
        operator.groups.every((group) => isOrdered(group, input)) && operator.measures.every((measure) => isExactMeasure(measure, input))
      )
    case 'sort':
      return operator.keys.every(({ column }) => isOrdered({ kind: 'column', index: column }, input))
    case 'limit':
      return true
    case 'join':
      return operator.keys.every((key) => isOrdered(key.left, input) && isOrdered(key.right, right))
    case 'match':
      return false
  }
}

function isExactMeasure({ function: of, input: expression }: Aggregate, input: readonly Shape[]): boolean {
  if (expression === undefined) return true
  if (of === 'COUNT') return expression.kind === 'column'
  if (of === 'SUM') return expression.kind === 'column' && ['INT64', 'DECIMAL'].includes(input[expression.index]?.type ?? '')
  return isOrdered(expression, input)
}

function isOrdered(expression: Expression, input: readonly Shape[]): boolean {
  return expression.kind === 'column' && ordered.has((input[expression.index] as Shape).type)
}

function isExactPredicate(predicate: Predicate, input: readonly Shape[]): boolean {
  switch (predicate.kind) {
    case 'and':
    case 'or':
      return predicate.terms.every((term) => isExactPredicate(term, input))
    case 'not':
      return isExactPredicate(predicate.term, input)
    case 'compare':
      return isLike(predicate.right, predicate.left, input)
    case 'in':
      return predicate.values.every((value) => isLike(value, predicate.left, input))
    case 'isNull':
      return predicate.input.kind === 'column'
    case 'among':
    case 'startsWith':
    case 'contains':
    case 'withinBox':
      return false
  }
}

const forms: LiteralForms = { ...commonForms, TIMESTAMPTZ: new RegExp(`^${day}T${clock}Z$`) }

function isLike(literal: Literal, left: Expression, input: readonly Shape[]): boolean {
  const { shape, value } = literal
  if (left.kind !== 'column' || input[left.index]?.type !== shape.type) return false
  return shape.type === 'STRING' ? value?.includes('\0') !== true : hasForm(forms, literal)
}
