import type { Capabilities } from './capabilities.js'
import type { Predicate, Relation } from './relation.js'
import { inputsOf, termsOf } from './traverse.js'

/** Whether a source with these capabilities can run a whole relation. */
export function supports(capabilities: Capabilities, relation: Relation): boolean {
  return supportsOperator(capabilities, relation) && inputsOf(relation).every((input) => supports(capabilities, input))
}

/** Whether a source with these capabilities can run an operator, whatever its inputs are. */
export function supportsOperator(capabilities: Capabilities, operator: Relation): boolean {
  switch (operator.op) {
    case 'scan':
      return true
    case 'union':
      return capabilities.union === true
    case 'join':
    case 'match':
      return capabilities.join === true
    case 'filter':
      return capabilities.filter !== undefined && supportsPredicate(capabilities.filter, operator.predicate)
    case 'project':
      return capabilities.project === true
    case 'aggregate': {
      const { aggregate } = capabilities
      return aggregate !== undefined && operator.measures.every((measure) => aggregate.has(measure.function))
    }
    case 'sort':
      return capabilities.sort === true
    case 'limit':
      return capabilities.limit === true
  }
}

function supportsPredicate(kinds: ReadonlySet<Predicate['kind']>, predicate: Predicate): boolean {
  return kinds.has(predicate.kind) && termsOf(predicate).every((term) => supportsPredicate(kinds, term))
}
