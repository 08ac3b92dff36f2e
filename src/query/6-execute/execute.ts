import type { Engine, LandedParts } from '../../connector/engine.js'
import type { Relation } from '../../connector/relation.js'
import { ResultTooLarge, SourceTimeout } from '../../errors.js'
import type { PhysicalPlan, PlanFragment } from '../4-plan/physical-plan.js'
import { blameSources } from './blame-sources.js'
import { countMatches, type MatchCounts } from './count-matches.js'
import { type FragmentOutcome, partsOf, releaseAll, skipped } from './fragment.js'
import { runStage, type StageOptions } from './run-stage.js'
import { withKeys } from './send-keys.js'
import type { Sources } from './sources.js'
import { tooLarge } from './too-large.js'

/** The limits of a query’s fragments, whether a failed source fails it, and whether the matches of joins are counted. */
export interface ExecuteOptions extends StageOptions {
  readonly matches: boolean
}

/** Makes the answer of the residual over the parts of the fragments: a page, or files. */
export type Finish<T> = (residual: Relation, parts: LandedParts) => Promise<T>

/** A query that was executed. */
export interface Executed<T> {
  readonly answer: T
  readonly outcomes: readonly FragmentOutcome[]
  /** The counts of each join's matches. Empty where they were not wanted. */
  readonly matches: readonly MatchCounts[]
}

/**
 * Stage 6: runs the fragments, stage by stage and side by side within a stage, until the sources' deadline. Then it runs the residual over
 * their answers, and deletes their parts. Under FAIL the first source that fails ends the others and the query. When the signal ends, the
 * query fails with SOURCE_TIMEOUT.
 */
export async function execute<T>(
  plan: PhysicalPlan,
  sources: Sources,
  engine: Engine,
  options: ExecuteOptions,
  finish: Finish<T>,
): Promise<Executed<T>> {
  const outcomes: FragmentOutcome[] = []
  try {
    for (const stage of plan.stages) {
      const wanted = stage.filter(({ isMatch }) => options.matches || !isMatch)
      const asked = await askedWith(wanted, partsOf(outcomes), sources, engine, options)
      outcomes.push(...asked.skipped.map(skipped), ...(await runStage(asked.fragments, sources, options)))
      refuseFailed(outcomes, options)
    }
    return await answered(plan, outcomes, sources, engine, options, finish)
  } finally {
    await releaseAll(outcomes.flatMap(({ files }) => files))
  }
}

/** The fragments of a stage, each with the keys that it waits for. */
async function askedWith(
  stage: readonly PlanFragment[],
  parts: LandedParts,
  sources: Sources,
  engine: Engine,
  { signal }: ExecuteOptions,
): Promise<{ fragments: PlanFragment[]; skipped: PlanFragment[] }> {
  const asked = await Promise.all(
    stage.map(async (fragment) =>
      fragment.keys.length === 0 ? fragment : withKeys(fragment, sources.get(fragment.spokeId), parts, engine, signal),
    ),
  )
  return { fragments: asked.filter((fragment) => fragment !== undefined), skipped: stage.filter((_, index) => asked[index] === undefined) }
}

/** Throws the error of the first source that failed, under FAIL. */
export function refuseFailed(outcomes: readonly FragmentOutcome[], { onSourceError }: StageOptions): void {
  const failed = outcomes.find(({ error }) => error !== undefined)
  if (failed?.error !== undefined && onSourceError === 'FAIL') throw failed.error
}

/**
 * Runs the residual. Where it fails because of a source's data, that source counts as failed, and under PARTIAL the residual runs again
 * without it.
 */
async function answered<T>(
  plan: PhysicalPlan,
  outcomes: readonly FragmentOutcome[],
  sources: Sources,
  engine: Engine,
  options: ExecuteOptions,
  finish: Finish<T>,
): Promise<Executed<T>> {
  try {
    return await answerOf(plan, outcomes, engine, options, finish)
  } catch (thrown) {
    const blamed = await blameSources(outcomes, thrown, engine, options.signal)
    const broken = blamed.filter((outcome, index) => outcome !== outcomes[index])
    if (broken.length === 0) throw thrown
    for (const { fragment, error } of broken) sources.get(fragment.spokeId)?.observed(error)
    refuseFailed(blamed, options)
    return answerOf(plan, blamed, engine, options, finish)
  }
}

/** The matches are counted first: where the rows are too many, they say which join made them so. */
async function answerOf<T>(
  plan: PhysicalPlan,
  outcomes: readonly FragmentOutcome[],
  engine: Engine,
  options: ExecuteOptions,
  finish: Finish<T>,
): Promise<Executed<T>> {
  const matches = options.matches ? await countMatches(plan.matches, outcomes, engine, options.signal) : []
  return { answer: await runResidual(plan, outcomes, engine, options, finish), outcomes, matches }
}

async function runResidual<T>(
  { residual, matches }: PhysicalPlan,
  outcomes: readonly FragmentOutcome[],
  engine: Engine,
  { signal }: ExecuteOptions,
  finish: Finish<T>,
): Promise<T> {
  if (signal.aborted) throw new SourceTimeout('The query did not finish in time.')
  try {
    return await finish(residual, partsOf(outcomes))
  } catch (thrown) {
    if (!(thrown instanceof ResultTooLarge)) throw thrown
    const counted = matches.length === 0 ? [] : await countMatches(matches, outcomes, engine, signal).catch(() => [])
    throw tooLarge(residual, counted, thrown)
  }
}
