import type { Predicate, Relation } from '../../connector/relation.js'

/** The rows of a relation where a predicate holds; all of them where there is none. */
export function filterBy(input: Relation, predicate: Predicate | undefined): Relation {
  return predicate === undefined ? input : { op: 'filter', predicate, input }
}
