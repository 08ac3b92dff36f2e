import type { Operator } from '../../connector/capabilities.js'
import { deadlineAfter } from '../../connector/deadline.js'
import type { Engine, EngineSession, LandedFile } from '../../connector/engine.js'
import type { Relation } from '../../connector/relation.js'
import { operatorOf } from '../../connector/split.js'
import { ResultTooLarge, SourceTimeout } from '../../errors.js'
import type { PhysicalPlan } from '../4-plan/physical-plan.js'
import { type FragmentOutcome, type FragmentOptions, releaseAll, runFragment } from './fragment.js'
import { residualSql } from './residual.js'
import type { Sources } from './sources.js'
import { togetherSql } from './together.js'
import { blameSources, isOfReading } from './unreadable.js'

/** The limits of a query’s fragments, and what a failed source means. */
export interface ExecuteOptions extends Omit<FragmentOptions, 'viewerToken'> {
  /** The viewer’s own token, by the spokes that need it. */
  readonly viewerTokens: ReadonlyMap<string, string>
  readonly onSourceError: 'FAIL' | 'PARTIAL'
}

/** A query that has run: its rows stand in the temporary table `result` of the session, in order, one more than the limit at most. */
export interface Executed {
  readonly session: EngineSession
  readonly rows: number
  readonly outcomes: readonly FragmentOutcome[]
}

/**
 * Stage 5: every fragment side by side until the sources' deadline, then the residual over their answers. Under FAIL the first source that
 * fails ends the others. Parts are unlinked as soon as the residual has read them. The signal ends all of it with SOURCE_TIMEOUT.
 */
export async function execute(plan: PhysicalPlan, sources: Sources, engine: Engine, options: ExecuteOptions): Promise<Executed> {
  const outcomes = await runFragments(plan, sources, options)
  const files = outcomes.flatMap((outcome) => outcome.files)
  try {
    refuseFailed(outcomes, options)
    try {
      return { ...(await runResidual(plan, outcomes, engine, options.signal)), outcomes }
    } catch (thrown) {
      const blamed = await blameSources(outcomes, thrown, engine, options.signal)
      const broken = blamed.filter((outcome, index) => outcome !== outcomes[index])
      if (broken.length === 0) throw thrown
      for (const { fragment, error } of broken) sources.get(fragment.spokeId)?.observed(error)
      refuseFailed(blamed, options)
      return { ...(await runResidual(plan, blamed, engine, options.signal)), outcomes: blamed }
    }
  } finally {
    await releaseAll(files)
  }
}

function refuseFailed(outcomes: readonly FragmentOutcome[], { onSourceError }: ExecuteOptions): void {
  const failed = outcomes.find(({ error }) => error !== undefined)
  if (failed?.error !== undefined && onSourceError === 'FAIL') throw failed.error
}

async function runFragments(plan: PhysicalPlan, sources: Sources, options: ExecuteOptions): Promise<FragmentOutcome[]> {
  const others = new AbortController()
  const deadline = deadlineAfter(options.deadline - Date.now(), AbortSignal.any([options.signal, others.signal]))
  const { signal } = deadline
  const done: LandedFile[] = []
  let first: FragmentOutcome | undefined
  const settled = await Promise.allSettled(
    plan.fragments.map(async (fragment) => {
      const token = options.viewerTokens.get(fragment.spokeId)
      try {
        const outcome = await runFragment(fragment, sources.get(fragment.spokeId), { ...options, signal, ...(token === undefined ? {} : { viewerToken: token }) })
        done.push(...outcome.files)
        if (outcome.error !== undefined && options.onSourceError === 'FAIL') {
          first ??= outcome
          others.abort()
        }
        return outcome
      } catch (thrown) {
        others.abort()
        throw thrown
      }
    }),
  )
  deadline.clear()
  const thrown = settled.find((result) => result.status === 'rejected')
  if (thrown !== undefined) {
    await releaseAll(done)
    throw thrown.reason
  }
  const outcomes = settled.map((result) => (result as PromiseFulfilledResult<FragmentOutcome>).value)
  // The failure that came first is the reason; those that it ended only followed.
  return first === undefined ? outcomes : [first, ...outcomes.filter((outcome) => outcome !== first)]
}

async function runResidual(plan: PhysicalPlan, outcomes: readonly FragmentOutcome[], engine: Engine, signal: AbortSignal): Promise<Omit<Executed, 'outcomes'>> {
  if (signal.aborted) throw new SourceTimeout('The query did not finish in time.')
  const session = await engine.connect(signal)
  try {
    const rows = await resultTable(plan, outcomes, engine, session)
    // An operation may hold many results until its response is written: with a place each, they would wait for each other.
    session.rest()
    return { session, rows }
  } catch (thrown) {
    await session.close()
    throw thrown instanceof ResultTooLarge ? tooLarge(plan.residual, thrown) : thrown
  }
}

async function resultTable(plan: PhysicalPlan, outcomes: readonly FragmentOutcome[], engine: Engine, session: EngineSession): Promise<number> {
  const together = togetherSql(plan, outcomes, engine)
  try {
    if (together !== undefined) return await session.table('result', together)
  } catch (thrown) {
    if (!isOfReading(thrown)) throw thrown
  }
  return session.table('result', residualSql(plan, outcomes, engine))
}

/** Nothing spills to a disk: what does not fit into memory is refused, and the operator named that holds the most of it. */
function tooLarge(residual: Relation, cause: ResultTooLarge): ResultTooLarge {
  const operator = holding(residual)
  return operator === undefined ? cause : new ResultTooLarge(`${operator} over the answers of the sources needs more memory than the hub may use. Filter more, group, or ask for fewer columns.`, { cause })
}

/** The operator nearest to the scans that has to hold its input. */
function holding(relation: Relation): Operator | undefined {
  if (relation.op === 'scan' || relation.op === 'stack') return undefined
  return holding(relation.input) ?? (relation.op === 'aggregate' || relation.op === 'sort' ? operatorOf(relation) : undefined)
}
