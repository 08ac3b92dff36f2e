import type { Relation } from '../../connector/relation.js'
import { operatorsOf } from '../../connector/traverse.js'
import { withCommas } from '../../connector/counted.js'
import { ResultTooLarge } from '../../errors.js'
import { estimateRows } from './estimate.js'
import type { Statistics } from './table-statistics.js'

/** The most rows that a join may be estimated to have. An engine takes about ten seconds to count so many. */
const rowsMax = 1_000_000_000

/** @throws RESULT_TOO_LARGE where a join would have very many rows, since few of its keys are distinct. */
export function refuseHugeJoins(relation: Relation, tables: Statistics): void {
  for (const join of operatorsOf(relation)) {
    // How much a filter keeps is a guess, and a guess refuses nothing.
    const rows = join.op === 'join' && !isFiltered(join) ? estimateRows(join, tables) : undefined
    if (join.op !== 'join' || rows === undefined || rows <= rowsMax) continue
    const at = join.at ?? 0
    throw new ResultTooLarge(
      `Join ${at + 1} would have about ${withCommas(rows)} rows: many rows of both sides have the same key. Join on more columns, or filter the sides.`,
      { inputPath: ['joins', at, 'on'] },
    )
  }
}

function isFiltered(relation: Relation): boolean {
  return [...operatorsOf(relation)].some(({ op }) => op === 'filter')
}
