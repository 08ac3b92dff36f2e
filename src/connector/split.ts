import type { Capabilities, Operator } from './capabilities.js'
import type { Aggregate, Predicate, Relation, Step } from './relation.js'

/**
 * Takes as much of a relation as the capabilities allow, from its scans upwards, and answers what is left to apply to the answer, in
 * order. Nothing above an operator that was left can be taken: a LIMIT or an aggregate over unfiltered rows would be wrong.
 */
export function splitBy(capabilities: Capabilities, relation: Relation): { taken: Relation; left: Step[]; pushedDown: Operator[] } {
  const { base, steps } = chainOf(relation)
  const first = steps.findIndex((step) => !supportsStep(capabilities, step))
  const count = first === -1 ? steps.length : first
  const taken = applySteps(base, steps.slice(0, count))
  return { taken, left: steps.slice(count), pushedDown: pushedDown(taken) }
}

/** True where a source with these capabilities can run the whole of a relation. */
export function supports(capabilities: Capabilities, relation: Relation): boolean {
  if (relation.op === 'scan') return true
  if (relation.op === 'union') return capabilities.union === true && relation.inputs.every((input) => supports(capabilities, input))
  return supportsStep(capabilities, relation) && supports(capabilities, relation.input)
}

/** A relation with these operators on top, the first nearest to it. */
export function applySteps(relation: Relation, steps: readonly Step[]): Relation {
  return steps.reduce<Relation>((input, step) => ({ ...step, input }), relation)
}

/** The operators that a relation holds, as reports name them. */
export function pushedDown(relation: Relation): Operator[] {
  const names = new Set<Operator>()
  const open: Relation[] = [relation]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next.op === 'union') open.push(...next.inputs)
    else if (next.op === 'scan') names.add('PROJECT')
    else {
      names.add(operatorOf(next))
      open.push(next.input)
    }
  }
  return (['PROJECT', 'FILTER', 'AGGREGATE', 'SORT', 'LIMIT'] as const).filter((name) => names.has(name))
}

/** The name of a step in reports. */
export function operatorOf(step: Step): Operator {
  return ({ filter: 'FILTER', project: 'PROJECT', aggregate: 'AGGREGATE', sort: 'SORT', limit: 'LIMIT' } as const)[step.op]
}

function chainOf(relation: Relation): { base: Relation; steps: Step[] } {
  const steps: Step[] = []
  let base = relation
  while (base.op !== 'scan' && base.op !== 'union') {
    const { input, ...step } = base
    steps.unshift(step as Step)
    base = input
  }
  return { base, steps }
}

function supportsStep(capabilities: Capabilities, step: Step): boolean {
  switch (step.op) {
    case 'filter':
      return capabilities.filter !== undefined && supportsPredicate(capabilities.filter, step.predicate)
    case 'project':
      return capabilities.project === true
    case 'aggregate':
      return capabilities.aggregate !== undefined && supportsMeasures(capabilities.aggregate, step.measures)
    case 'sort':
      return capabilities.sort === true
    case 'limit':
      return capabilities.limit === true
  }
}

function supportsPredicate(kinds: ReadonlySet<Predicate['kind']>, predicate: Predicate): boolean {
  if (!kinds.has(predicate.kind)) return false
  if (predicate.kind === 'and' || predicate.kind === 'or') return predicate.terms.every((term) => supportsPredicate(kinds, term))
  return predicate.kind !== 'not' || supportsPredicate(kinds, predicate.term)
}

function supportsMeasures(functions: ReadonlySet<string>, measures: readonly Aggregate[]): boolean {
  return measures.every((measure) => functions.has(measure.function))
}
