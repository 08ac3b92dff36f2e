import type { Operator } from '../../connector/capabilities.js'
import type { Join, Relation } from '../../connector/relation.js'
import { operatorName } from '../../connector/split.js'
import { joinsOf, operatorsOf } from '../../connector/traverse.js'
import { withCommas } from '../../connector/counted.js'
import { ResultTooLarge } from '../../errors.js'
import type { MatchCounts } from './count-matches.js'

/**
 * The hub does not spill to a disk, so an answer that does not fit into memory is refused. The error names the operator that uses most
 * memory, and of joins the one with the most rows.
 */
export function tooLarge(residual: Relation, counted: readonly MatchCounts[], cause: ResultTooLarge): ResultTooLarge {
  const operator = holding(residual)
  if (operator === undefined) return cause
  const widest = joinsOf(residual).toSorted((one, other) => rowsOf(counted, other) - rowsOf(counted, one))[0]
  return new ResultTooLarge(
    `${operator} over the answers of the sources needs more memory than the hub may use.${widest === undefined ? '' : joinText(widest, counted)} ` +
      'Filter more, group, or ask for fewer columns; where others are busy here, try again in a moment.',
    { cause },
  )
}

function rowsOf(counted: readonly MatchCounts[], { at = 0 }: Join): number {
  return counted[at]?.joinedRows ?? 0
}

/** Says which join has how many rows, where they could be counted. */
function joinText(join: Join, counted: readonly MatchCounts[]): string {
  const { joinedRows, largestFanOut } = counted[join.at ?? 0] ?? {}
  const rows = typeof joinedRows !== 'number' ? '' : ` has ${withCommas(joinedRows)} rows`
  const fanOut = typeof largestFanOut !== 'number' ? '' : `, and one key became ${withCommas(largestFanOut)} of them`
  return ` Join ${(join.at ?? 0) + 1} (joins.${join.at ?? 0})${rows || ' is the largest'}${fanOut}.`
}

/** The operator nearest to the scans that has to keep its whole input in memory. */
function holding(relation: Relation): Operator | undefined {
  const first = [...operatorsOf(relation)].find(({ op }) => op === 'aggregate' || op === 'sort' || op === 'join')
  return first && operatorName(first)
}
