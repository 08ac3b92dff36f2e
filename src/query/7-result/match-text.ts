import { counted, withCommas } from '../../connector/counted.js'
import type { MatchReport } from './match-report.js'

/** A MatchReport, as far as it is printed. A number is null where a source failed. */
export type MatchAnswer = Omit<MatchReport, 'leftKeys' | 'rightKeys' | 'joinedRows' | 'leftRate' | 'rightRate'>

/**
 * What a join matched, on one line:
 * `schools ⋈ visits: 149 of 161 rows of schools (93 %) and 212 of 300 rows of visits (71 %) matched, by 149 keys; on the left 1 null key`.
 */
export function matchText(match: MatchAnswer): string {
  const { left, right, matchedKeys, largestFanOut } = match
  const told = [
    `${sideText(left, match.leftMatched, match.leftRows)} and ${sideText(right, match.rightMatched, match.rightRows)} matched` +
      (matchedKeys === null ? '' : `, by ${counted(matchedKeys, 'key')}`),
    ...(largestFanOut !== null && largestFanOut > 1 ? [`one key became up to ${counted(largestFanOut, 'row')}`] : []),
    ...keysText('left', match.leftNullKeys, match.leftDamagedKeys),
    ...keysText('right', match.rightNullKeys, match.rightDamagedKeys),
  ]
  return `${left} ⋈ ${right}: ${told.join('; ')}`
}

function sideText(name: string, matched: number | null, rows: number | null): string {
  if (matched === null || rows === null) return `an unknown number of ${rows === null ? 'rows' : counted(rows, 'row')} of ${name}`
  return `${withCommas(matched)} of ${counted(rows, 'row')} of ${name}${rows === 0 ? '' : ` (${percent(matched, rows)} %)`}`
}

/** Only all are 100 %, and only none is 0 %. Near them a digit more is told. */
function percent(matched: number, rows: number): string {
  const rate = (100 * matched) / rows
  if (rate === 0 || rate === 100 || (rate >= 1 && rate <= 99)) return rate.toFixed(0)
  return rate < 0.1 ? 'below 0.1' : rate > 99.9 ? 'above 99.9' : rate.toFixed(1)
}

function keysText(side: string, nulls: number | null, damaged: number | null): string[] {
  const kinds = [
    ...(nulls === null || nulls === 0 ? [] : [counted(nulls, 'null key')]),
    ...(damaged === null || damaged === 0 ? [] : [counted(damaged, 'damaged key')]),
  ]
  return kinds.length === 0 ? [] : [`on the ${side} ${kinds.join(' and ')}`]
}
