import type { Capabilities } from './capabilities.js'
import { cut, type Sides } from './cut.js'
import type { Relation, TableScan } from './relation.js'
import { supports } from './supports.js'

/**
 * Sources as the sides of a cut. A source is sent what reads its own tables alone, and splits that itself; its tables are sent together
 * only where it can run their union whole.
 */
export function sourceSides<Source>(
  holderOf: (scan: TableScan) => Source,
  capabilitiesOf: (source: Source) => Capabilities,
): Sides<Source> {
  return { holderOf, runs: (source, operator) => operator.op !== 'union' || supports(capabilitiesOf(source), operator) }
}

/** The one source that a relation is sent to whole; undefined where it is cut. */
export function sourceOf<Source>(relation: Relation, sides: Sides<Source>): Source | undefined {
  const { pieces, remaining } = cut(relation, sides)
  return remaining.op === 'scan' ? pieces[0]?.side : undefined
}
