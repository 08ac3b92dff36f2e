import type { Capabilities } from './capabilities.js'
import { cut, type Sides } from './cut.js'
import type { Relation, TableScan } from './relation.js'
import { supports } from './supports.js'
import { inputsOf } from './traverse.js'

/**
 * Sources as the sides of a cut. Each source gets the operators that read only its tables, and decides itself how many of them it runs. It
 * gets a union or a join of its tables only where it can run the whole of it.
 */
export function sourceSides<Source>(
  holderOf: (scan: TableScan) => Source,
  capabilitiesOf: (source: Source) => Capabilities,
): Sides<Source> {
  return { holderOf, runs: (source, operator) => inputsOf(operator).length < 2 || supports(capabilitiesOf(source), operator) }
}

/** The one source that a relation is sent to as a whole; undefined where the relation has to be cut. */
export function sourceOf<Source>(relation: Relation, sides: Sides<Source>): Source | undefined {
  const { pieces, remaining } = cut(relation, sides)
  return remaining.op === 'scan' ? pieces[0]?.side : undefined
}
