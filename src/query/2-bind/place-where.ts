import type { Predicate, Relation } from '../../connector/relation.js'
import { shapesOf } from '../../connector/shapes.js'
import { columnsOfPredicate, mapPredicateColumns } from '../../connector/traverse.js'

/**
 * The rows where a predicate holds. Terms of a top-level AND that name one side of a join alone filter that side: of an INNER join either
 * side, of any other the left, where the answer is the same. The match report counts after them (graphql/surface.graphql, MatchReport).
 */
export function placeWhere(relation: Relation, predicate: Predicate): Relation {
  return place(relation, conjuncts(predicate))
}

function conjuncts(predicate: Predicate): Predicate[] {
  return predicate.kind === 'and' ? predicate.terms.flatMap(conjuncts) : [predicate]
}

function place(relation: Relation, terms: readonly Predicate[]): Relation {
  if (relation.op !== 'join') return filtered(relation, terms)
  const width = shapesOf(relation.left).length
  const [ofLeft, ofRight, ofBoth]: [Predicate[], Predicate[], Predicate[]] = [[], [], []]
  for (const term of terms) {
    const columns = [...columnsOfPredicate(term)]
    if (columns.every((column) => column < width)) ofLeft.push(term)
    else if (relation.type === 'INNER' && columns.every((column) => column >= width)) ofRight.push(term)
    else ofBoth.push(term)
  }
  const right = ofRight.map((term) => mapPredicateColumns(term, (column) => column - width))
  return filtered({ ...relation, left: place(relation.left, ofLeft), right: filtered(relation.right, right) }, ofBoth)
}

function filtered(relation: Relation, terms: readonly Predicate[]): Relation {
  const [only, ...others] = terms
  if (only === undefined) return relation
  return { op: 'filter', predicate: others.length === 0 ? only : { kind: 'and', terms: [...terms] }, input: relation }
}
