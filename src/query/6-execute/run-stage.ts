import { deadlineAfter } from '../../connector/deadline.js'
import type { LandedFile } from '../../connector/engine.js'
import type { Asker, ScanAudit, ScanGrant } from '../../connector/source.js'
import type { PlanFragment } from '../4-plan/physical-plan.js'
import { type FragmentOptions, type FragmentOutcome, releaseAll, runFragment } from './fragment.js'
import type { Sources } from './sources.js'

/** The limits of a stage’s fragments, and whether a failed source fails the query. */
export interface StageOptions extends Omit<FragmentOptions, 'asker' | 'audit' | 'grant' | 'arrived'> {
  /** Who asks, by the spoke that has to know it. */
  readonly askers: ReadonlyMap<string, Asker>
  /** The agreements that its scans rest on, by the spoke. */
  readonly grants: ReadonlyMap<string, ScanGrant>
  readonly onSourceError: 'FAIL' | 'PARTIAL'
  /** How the query is recorded, for a spoke. */
  readonly proofFor: (spokeId: string) => ScanAudit | undefined
}

/** Who reads parts while they arrive. Default: nobody reads them before their fragment has ended. */
export interface StageReader {
  /** Takes a part. The next one is read after that. */
  arrived(fragment: PlanFragment, file: LandedFile): Promise<void>
  ended(fragment: PlanFragment): void
}

/** Runs fragments side by side. Under FAIL the first one that fails ends the others, and is the first of the outcomes. */
export async function runStage(
  stage: readonly PlanFragment[],
  sources: Sources,
  options: StageOptions,
  reader?: StageReader,
): Promise<FragmentOutcome[]> {
  const others = new AbortController()
  const deadline = deadlineAfter(options.deadline - Date.now(), AbortSignal.any([options.signal, others.signal]))
  const { signal } = deadline
  const done: LandedFile[] = []
  let first: FragmentOutcome | undefined
  const settled = await Promise.allSettled(
    stage.map(async (fragment) => {
      const asker = options.askers.get(fragment.spokeId)
      const grant = options.grants.get(fragment.spokeId)
      const audit = options.proofFor(fragment.spokeId)
      try {
        const outcome = await runFragment(fragment, sources.get(fragment.spokeId), {
          ...options,
          signal,
          ...(asker === undefined ? {} : { asker }),
          ...(grant === undefined ? {} : { grant }),
          ...(audit === undefined ? {} : { audit }),
          ...(reader === undefined ? {} : { arrived: (file: LandedFile) => reader.arrived(fragment, file) }),
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
      } finally {
        reader?.ended(fragment)
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
