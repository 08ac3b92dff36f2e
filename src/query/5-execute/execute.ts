import { deadlineAfter } from '../../connector/deadline.js'
import type { Answer, Engine, LandedFile, LandedParts, RowFormat } from '../../connector/engine.js'
import type { Asker } from '../../connector/source.js'
import { ResultTooLarge, SourceTimeout } from '../../errors.js'
import type { PhysicalPlan, PlanFragment } from '../4-plan/physical-plan.js'
import { blameSources } from './blame-sources.js'
import { countMatches, type MatchCounts } from './count-matches.js'
import { type FragmentOptions, type FragmentOutcome, partsOf, releaseAll, runFragment, skipped } from './fragment.js'
import { withKeys } from './send-keys.js'
import type { Sources } from './sources.js'
import { tooLarge } from './too-large.js'

/** The limits of a query’s fragments, and whether a failed source fails the query. */
export interface ExecuteOptions extends Omit<FragmentOptions, 'asker'> {
  /** Who asks, by the spoke that has to know it. */
  readonly askers: ReadonlyMap<string, Asker>
  readonly onSourceError: 'FAIL' | 'PARTIAL'
  /** Set where the rows will be read only once, in this format and with exact numbers. Default: any format, any number of times. */
  readonly format?: RowFormat | undefined
  /** Whether the matches of joins are counted. */
  readonly matches: boolean
}

/** A query that was executed. */
export interface Executed {
  /** Its rows: at most one more than the page. */
  readonly answer: Answer
  readonly outcomes: readonly FragmentOutcome[]
  /** The counts of each join's matches. Empty where they were not wanted. */
  readonly matches: readonly MatchCounts[]
}

/**
 * Stage 5: runs the fragments, stage by stage and side by side within a stage, until the sources' deadline. Then it runs the residual over
 * their answers, and deletes their parts. Under FAIL the first source that fails ends the others and the query. When the signal ends, the
 * query fails with SOURCE_TIMEOUT.
 */
export async function execute(plan: PhysicalPlan, sources: Sources, engine: Engine, options: ExecuteOptions): Promise<Executed> {
  const outcomes: FragmentOutcome[] = []
  try {
    for (const stage of plan.stages) {
      const wanted = stage.filter(({ isMatch }) => options.matches || !isMatch)
      const asked = await askedWith(wanted, partsOf(outcomes), sources, engine, options)
      outcomes.push(...asked.skipped.map(skipped), ...(await runStage(asked.fragments, sources, options)))
      refuseFailed(outcomes, options)
    }
    return await answered(plan, outcomes, sources, engine, options)
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

function refuseFailed(outcomes: readonly FragmentOutcome[], { onSourceError }: ExecuteOptions): void {
  const failed = outcomes.find(({ error }) => error !== undefined)
  if (failed?.error !== undefined && onSourceError === 'FAIL') throw failed.error
}

async function runStage(stage: readonly PlanFragment[], sources: Sources, options: ExecuteOptions): Promise<FragmentOutcome[]> {
  const others = new AbortController()
  const deadline = deadlineAfter(options.deadline - Date.now(), AbortSignal.any([options.signal, others.signal]))
  const { signal } = deadline
  const done: LandedFile[] = []
  let first: FragmentOutcome | undefined
  const settled = await Promise.allSettled(
    stage.map(async (fragment) => {
      const asker = options.askers.get(fragment.spokeId)
      try {
        const outcome = await runFragment(fragment, sources.get(fragment.spokeId), {
          ...options,
          signal,
          ...(asker === undefined ? {} : { asker }),
        })
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
  // Report the failure that came first: the later ones may only be its consequence, since it ended the other scans.
  return first === undefined ? outcomes : [first, ...outcomes.filter((outcome) => outcome !== first)]
}

/**
 * Runs the residual. Where it fails because of a source's data, that source counts as failed, and under PARTIAL the residual runs again
 * without it.
 */
async function answered(
  plan: PhysicalPlan,
  outcomes: readonly FragmentOutcome[],
  sources: Sources,
  engine: Engine,
  options: ExecuteOptions,
): Promise<Executed> {
  try {
    return await answerOf(plan, outcomes, engine, options)
  } catch (thrown) {
    const blamed = await blameSources(outcomes, thrown, engine, options.signal)
    const broken = blamed.filter((outcome, index) => outcome !== outcomes[index])
    if (broken.length === 0) throw thrown
    for (const { fragment, error } of broken) sources.get(fragment.spokeId)?.observed(error)
    refuseFailed(blamed, options)
    return answerOf(plan, blamed, engine, options)
  }
}

/** The matches are counted first: where the rows are too many, they say which join made them so. */
async function answerOf(
  plan: PhysicalPlan,
  outcomes: readonly FragmentOutcome[],
  engine: Engine,
  options: ExecuteOptions,
): Promise<Executed> {
  const matches = options.matches ? await countMatches(plan.matches, outcomes, engine, options.signal) : []
  return { answer: await runResidual(plan, outcomes, engine, options), outcomes, matches }
}

async function runResidual(
  { residual, outputs, limit, matches }: PhysicalPlan,
  outcomes: readonly FragmentOutcome[],
  engine: Engine,
  { signal, format }: ExecuteOptions,
): Promise<Answer> {
  if (signal.aborted) throw new SourceTimeout('The query did not finish in time.')
  try {
    return await engine.answer(residual, partsOf(outcomes), { signal, columns: outputs, limit, format })
  } catch (thrown) {
    if (!(thrown instanceof ResultTooLarge)) throw thrown
    const counted = matches.length === 0 ? [] : await countMatches(matches, outcomes, engine, signal).catch(() => [])
    throw tooLarge(residual, counted, thrown)
  }
}
