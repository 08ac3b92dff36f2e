import { scanOfAnswer } from '../../src/connector/cut.js'
import type { Relation } from '../../src/connector/relation.js'
import { shapesOf } from '../../src/connector/shapes.js'
import type { PlannedFragment } from '../../src/connector/source.js'
import { operatorsOf } from '../../src/connector/traverse.js'

/** The operators of a fragment that its source does not run, in the order in which they run. */
export function remainingOps({ remaining }: Pick<PlannedFragment, 'remaining'>): Relation['op'][] {
  return [...operatorsOf(remaining)].map(({ op }) => op).filter((op) => op !== 'scan')
}

/** A fragment that pushes the whole relation down, whatever the source declares. */
export function pushedWhole(relation: Relation): PlannedFragment {
  return { pushed: relation, remaining: scanOfAnswer('#0', shapesOf(relation)), pushedDown: [] }
}
