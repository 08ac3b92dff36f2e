import type { Engine, LandedParts } from '../../connector/engine.js'
import { matchColumns, type Relation } from '../../connector/relation.js'
import { shapesOf } from '../../connector/shapes.js'
import { scansOf } from '../../connector/traverse.js'
import { ResultTooLarge } from '../../errors.js'
import type { MatchPlan, SideCount } from '../4-plan/physical-plan.js'
import { type FragmentOutcome, partsOf } from './fragment.js'

/** What was counted of a join, by the names of `matchColumns`. Null where a source failed, or where there is no such number. */
export type MatchCounts = Readonly<Record<(typeof matchColumns)[number], number | null>>

/** Counts the matches of joins over the answers of their sides. Under PARTIAL, what a failed source would add to is not counted. */
export async function countMatches(
  matches: readonly MatchPlan[],
  outcomes: readonly FragmentOutcome[],
  engine: Engine,
  signal: AbortSignal,
): Promise<MatchCounts[]> {
  const parts = partsOf(outcomes)
  const failed = new Set(outcomes.filter(({ error }) => error !== undefined).map(({ fragment }) => fragment.id))
  const hasFailed = (side: Relation) => scansOf(side).some(({ table }) => failed.has(table))
  /** Whether only the rows of a side were read that have a key of the other. */
  const isPart = (side: Relation) =>
    outcomes.some(({ fragment, isSkipped }) => {
      const hasKeys = isSkipped || fragment.planned.pushedDown.includes('KEYS')
      return hasKeys && scansOf(side).some(({ table }) => table === fragment.id)
    })
  const count = (relation: Relation) => countsOf(relation, parts, engine, signal)
  return Promise.all(
    matches.map(async ({ relation, whole }) => {
      const [left, right] = relation.op === 'match' ? [relation.left, relation.right] : [relation, relation]
      const isLeft = !hasFailed(left)
      const isRight = !hasFailed(right)
      const counted = await count(relation)
      const read = Object.fromEntries(matchColumns.map((name, index) => [name, counted[index] ?? null]))
      const known = matchColumns.map((name): [string, number | null] => {
        const isKnown = isOfSide(name, 'left') ? isLeft : isOfSide(name, 'right') ? isRight : isLeft && isRight
        return [name, isKnown ? (read[name] ?? null) : null]
      })
      if (whole === undefined || !isPart(whole.side === 'left' ? left : right)) return Object.fromEntries(known) as MatchCounts
      const ofWhole = whole.relation === undefined || hasFailed(whole.relation) ? undefined : await count(whole.relation)
      return { ...Object.fromEntries(known), ...wholeSide(whole, ofWhole) } as MatchCounts
    }),
  )
}

/** The one row of a relation that counts. Without numbers where the keys do not fit into the engine's memory: the rows may fit all the same. */
async function countsOf(relation: Relation, parts: LandedParts, engine: Engine, signal: AbortSignal): Promise<(number | null)[]> {
  const columns = shapesOf(relation).map((shape, index) => ({ name: `c${index}`, shape }))
  const answer = await engine.answer(relation, parts, { signal, columns, limit: 1 }).catch((thrown: unknown) => {
    if (thrown instanceof ResultTooLarge) return undefined
    throw thrown
  })
  if (answer === undefined) return []
  try {
    const [row = []] = JSON.parse(Buffer.concat(await answer.json('rows', 'DOUBLE')).toString()) as (number | null)[][]
    return row
  } finally {
    await answer.release()
  }
}

/** The numbers of a side as a whole, of which only the rows with a key of the other were read. Null where nobody could count them. */
function wholeSide({ side, form }: SideCount, counts: readonly (number | null)[] | undefined): Record<string, number | null> {
  const at = (name: string) => counts?.[matchColumns.indexOf(name as (typeof matchColumns)[number])] ?? null
  const [rows, keyed, distinct] = form === 'PLAIN' && counts !== undefined ? counts : []
  const isPlain = typeof rows === 'number' && typeof keyed === 'number'
  return {
    [`${side}Rows`]: form === 'MATCH' ? at('leftRows') : (rows ?? null),
    [`${side}NullKeys`]: form === 'MATCH' ? at('leftNullKeys') : isPlain ? rows - keyed : null,
    [`${side}DamagedKeys`]: form === 'MATCH' ? at('leftDamagedKeys') : isPlain ? 0 : null,
    [`${side}Keys`]: form === 'MATCH' ? at('leftKeys') : (distinct ?? null),
  }
}

/** Whether a number is about one side alone. Which of its rows matched depends on both. */
function isOfSide(name: string, side: 'left' | 'right'): boolean {
  return name.startsWith(side) && !name.endsWith('Matched')
}
