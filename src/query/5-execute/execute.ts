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
  /**
   * A statement that writes the rows of another, while they are few: it answers how many `rows` there are, and their `text`, or null. By
   * default none are written.
   */
  readonly written?: (rows: string) => string
}

/** Bytes of all parts beyond which the residual takes so long that it is not run twice, should its rows not be few. */
const writtenBytesMax = 8 * 1024 * 1024

/**
 * A query that has run: its rows stand in the temporary table `result` of the session, in order, one more than the limit at most; or they
 * were written, and the session has ended.
 */
export interface Executed {
  readonly session: EngineSession
  readonly rows: number
  readonly text?: string
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
      return { ...(await runResidual(plan, outcomes, engine, options)), outcomes }
    } catch (thrown) {
      const blamed = await blameSources(outcomes, thrown, engine, options.signal)
      const broken = blamed.filter((outcome, index) => outcome !== outcomes[index])
      if (broken.length === 0) throw thrown
      for (const { fragment, error } of broken) sources.get(fragment.spokeId)?.observed(error)
      refuseFailed(blamed, options)
      return { ...(await runResidual(plan, blamed, engine, options)), outcomes: blamed }
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
        const outcome = await runFragment(fragment, sources.get(fragment.spokeId), {
          ...options,
          signal,
          ...(token === undefined ? {} : { viewerToken: token }),
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
  // The failure that came first is the reason; those that it ended only followed.
  return first === undefined ? outcomes : [first, ...outcomes.filter((outcome) => outcome !== first)]
}

async function runResidual(
  plan: PhysicalPlan,
  outcomes: readonly FragmentOutcome[],
  engine: Engine,
  { signal, written }: ExecuteOptions,
): Promise<Omit<Executed, 'outcomes'>> {
  if (signal.aborted) throw new SourceTimeout('The query did not finish in time.')
  const session = await engine.connect(signal)
  try {
    const answer = await rowsOf(plan, outcomes, engine, session, bytesOf(outcomes) > writtenBytesMax ? undefined : written)
    // An operation may hold many results until its response is written: with a place each, they would wait for each other.
    if (answer.text === undefined) session.rest()
    else await session.close()
    return { session, ...answer }
  } catch (thrown) {
    await session.close()
    throw thrown instanceof ResultTooLarge ? tooLarge(plan.residual, thrown) : thrown
  }
}

type Answer = Pick<Executed, 'rows' | 'text'>

async function rowsOf(
  plan: PhysicalPlan,
  outcomes: readonly FragmentOutcome[],
  engine: Engine,
  session: EngineSession,
  written: ExecuteOptions['written'],
): Promise<Answer> {
  const together = togetherSql(plan, outcomes, engine)
  try {
    if (together !== undefined) return await answer(session, together, written)
  } catch (thrown) {
    if (!isOfReading(thrown)) throw thrown
  }
  return answer(session, residualSql(plan, outcomes, engine), written)
}

/** A table takes longer to make and to read again than a few rows take to be written. */
async function answer(session: EngineSession, sql: string, written: ExecuteOptions['written']): Promise<Answer> {
  const [page] = written === undefined ? [] : await session.rows(written(sql))
  const text = page?.['text']
  if (typeof text === 'string') return { rows: Number(page?.['rows']), text }
  return { rows: await session.table('result', sql) }
}

function bytesOf(outcomes: readonly FragmentOutcome[]): number {
  return outcomes.reduce((sum, { bytes }) => sum + bytes, 0)
}

/** Nothing spills to a disk: what does not fit into memory is refused, and the operator named that holds the most of it. */
function tooLarge(residual: Relation, cause: ResultTooLarge): ResultTooLarge {
  const operator = holding(residual)
  return operator === undefined
    ? cause
    : new ResultTooLarge(
        `${operator} over the answers of the sources needs more memory than the hub may use. Filter more, group, or ask for fewer columns.`,
        { cause },
      )
}

/** The operator nearest to the scans that has to hold its input. */
function holding(relation: Relation): Operator | undefined {
  if (relation.op === 'scan' || relation.op === 'union') return undefined
  return holding(relation.input) ?? (relation.op === 'aggregate' || relation.op === 'sort' ? operatorOf(relation) : undefined)
}
