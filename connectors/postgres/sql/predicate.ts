import type { Shape } from '../../../src/connector/column.js'
import type { Comparison, Predicate } from '../../../src/connector/relation.js'
import { separatorOf } from '../../../src/connector/separator-of.js'
import { shapeOf } from '../../../src/connector/shapes.js'
import { expressionSql, literalSql } from './expression.js'
import { binary, quoteText, typeName } from './text.js'

const symbols: Record<Comparison, string> = { eq: '=', ne: '<>', lt: '<', lte: '<=', gt: '>', gte: '>=' }

/**
 * A predicate over an input whose columns are c0 … cn. Equality needs no collation of its own, since every text that comes from a column of
 * a nondeterministic one was given "C" where it was read; so an index of the column's own collation serves.
 */
export function predicateSql(predicate: Predicate, input: readonly Shape[]): string {
  switch (predicate.kind) {
    case 'and':
    case 'or':
      return `(${predicate.terms.map((term) => predicateSql(term, input)).join(predicate.kind === 'and' ? ' AND ' : ' OR ')})`
    case 'not':
      return `(NOT ${predicateSql(predicate.term, input)})`
    case 'compare': {
      const left = expressionSql(predicate.left, input)
      const equality = predicate.comparison === 'eq' || predicate.comparison === 'ne'
      return `(${equality ? left : binary(left, shapeOf(predicate.left, input))} ${symbols[predicate.comparison]} ${literalSql(predicate.right)})`
    }
    case 'in':
      if (predicate.values.length === 0) return 'FALSE'
      return `(${expressionSql(predicate.left, input)} IN (${predicate.values.map(literalSql).join(', ')}))`
    case 'among': {
      const between = separatorOf(predicate.values)
      const values = `string_to_array(${quoteText(predicate.values.join(between))}, ${quoteText(between)})`
      return `(${expressionSql(predicate.left, input)} = ANY (CAST(${values} AS ${typeName(predicate.shape)}[])))`
    }
    case 'isNull':
      return `(${expressionSql(predicate.input, input)} IS ${predicate.negated ? 'NOT ' : ''}NULL)`
    case 'startsWith':
      return `starts_with(${expressionSql(predicate.input, input)} COLLATE "C", ${quoteText(predicate.text)})`
    case 'contains':
      return `(strpos(${expressionSql(predicate.input, input)} COLLATE "C", ${quoteText(predicate.text)}) > 0)`
    case 'withinBox':
      throw new RangeError('a box is left to the engine')
  }
}
