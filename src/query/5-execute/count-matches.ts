import type { Engine } from '../../connector/engine.js'
import { matchColumns, type Relation } from '../../connector/relation.js'
import { scansOf } from '../../connector/traverse.js'
import { type FragmentOutcome, partsOf } from './fragment.js'

/** What was counted of a join, by the names of `matchColumns`. Null where a source failed, or where there is no such number. */
export type MatchCounts = Readonly<Record<(typeof matchColumns)[number], number | null>>

const columns = matchColumns.map((name) => ({ name, shape: { type: 'INT64' as const } }))

/** Counts the matches of joins over the answers of their sides. Under PARTIAL, what a failed source would add to is not counted. */
export async function countMatches(
  matches: readonly Relation[],
  outcomes: readonly FragmentOutcome[],
  engine: Engine,
  signal: AbortSignal,
): Promise<MatchCounts[]> {
  const parts = partsOf(outcomes)
  const failed = new Set(outcomes.filter(({ error }) => error !== undefined).map(({ fragment }) => fragment.id))
  const hasFailed = (side: Relation) => scansOf(side).some(({ table }) => failed.has(table))
  return Promise.all(
    matches.map(async (match) => {
      const answer = await engine.answer(match, parts, { signal, columns, limit: 1 })
      try {
        const text = Buffer.concat(await answer.json('rows', 'DOUBLE')).toString()
        const [row = []] = JSON.parse(text) as (number | null)[][]
        const sides =
          match.op === 'match' ? { left: hasFailed(match.left), right: hasFailed(match.right) } : { left: hasFailed(match), right: false }
        const isKnown = (name: string) =>
          isOfSide(name, 'left') ? !sides.left : isOfSide(name, 'right') ? !sides.right : !sides.left && !sides.right
        return Object.fromEntries(matchColumns.map((name, index) => [name, isKnown(name) ? (row[index] ?? null) : null])) as MatchCounts
      } finally {
        await answer.release()
      }
    }),
  )
}

/** Whether a number is about one side alone. Which of its rows matched depends on both. */
function isOfSide(name: string, side: 'left' | 'right'): boolean {
  return name.startsWith(side) && !name.endsWith('Matched')
}
