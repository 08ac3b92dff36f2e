import type { Expression, Predicate } from '../connector/relation.js'

/** The same expression over an input whose columns stand elsewhere. */
export function mapExpression(expression: Expression, position: (index: number) => number): Expression {
  switch (expression.kind) {
    case 'column':
      return { kind: 'column', index: position(expression.index) }
    case 'literal':
      return expression
    case 'cast':
    case 'bucket':
      return { ...expression, input: mapExpression(expression.input, position) }
    case 'mean':
      return { ...expression, sum: mapExpression(expression.sum, position), count: mapExpression(expression.count, position) }
  }
}

/** The same predicate over an input whose columns stand elsewhere. */
export function mapPredicate(predicate: Predicate, position: (index: number) => number): Predicate {
  switch (predicate.kind) {
    case 'and':
    case 'or':
      return { kind: predicate.kind, terms: predicate.terms.map((term) => mapPredicate(term, position)) }
    case 'not':
      return { kind: 'not', term: mapPredicate(predicate.term, position) }
    case 'compare':
    case 'in':
      return { ...predicate, left: mapExpression(predicate.left, position) }
    case 'isNull':
    case 'startsWith':
    case 'contains':
    case 'withinBox':
      return { ...predicate, input: mapExpression(predicate.input, position) }
  }
}

/** The positions of the columns that a predicate reads. */
export function columnsOf(predicate: Predicate): Set<number> {
  const seen = new Set<number>()
  mapPredicate(predicate, (index) => {
    seen.add(index)
    return index
  })
  return seen
}
