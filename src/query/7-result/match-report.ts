import type { BoundJoin } from '../2-bind/bound-query.js'
import type { MatchCounts } from '../6-execute/count-matches.js'

/** What a join matched (MatchReport of graphql/surface.graphql). A rate is null where a side has no rows. */
export interface MatchReport extends MatchCounts {
  readonly left: string
  readonly right: string
  readonly leftRate: number | null
  readonly rightRate: number | null
}

/** The report of a join from its counts. */
export function matchReport({ left, right }: BoundJoin, counts: MatchCounts): MatchReport {
  return {
    left,
    right,
    ...counts,
    leftRate: rate(counts.leftMatched, counts.leftRows),
    rightRate: rate(counts.rightMatched, counts.rightRows),
  }
}

function rate(matched: number | null, rows: number | null): number | null {
  return matched === null || rows === null || rows === 0 ? null : matched / rows
}
