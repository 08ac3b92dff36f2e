import { collectParts } from '../../connector/collect-parts.js'
import type { LandedFile, LandedParts } from '../../connector/engine.js'
import type { Asker, ScanAudit, ScanGrant, ScanReport } from '../../connector/source.js'
import { type DialsError, Reason, SourceTimeout, SourceUnavailable, toDialsError } from '../../errors.js'
import type { PlanFragment } from '../4-plan/physical-plan.js'
import type { OpenSource } from './sources.js'

/** What one source answered, or why it failed. */
export interface FragmentOutcome {
  readonly fragment: PlanFragment
  readonly files: readonly LandedFile[]
  readonly report: ScanReport | undefined
  readonly error: DialsError | undefined
  readonly bytes: number
  readonly elapsedMs: number
  /** True where it was not asked, since no row of it could have a partner. */
  readonly isSkipped: boolean
}

/** The limits of each fragment. */
export interface FragmentOptions {
  readonly signal: AbortSignal
  /** When the sources must have answered, in milliseconds since the epoch. */
  readonly deadline: number
  readonly rowsMax: number
  readonly bytesMax: number
  /** Takes each part as it arrives; the next one is read after that. The files stay in the outcome too. Default: nobody takes it. */
  readonly arrived?: (file: LandedFile) => Promise<void>
  /** Only for a source whose tables that are not open are read. */
  readonly asker?: Asker
  /** Only for a source whose tables rest on agreements. */
  readonly grant?: ScanGrant
  /** How the query is recorded, for the spoke. */
  readonly audit?: ScanAudit
}

/** Errors of a source. PARTIAL goes on without that source. Any other error fails the query. */
const sourceErrors: readonly string[] = ['SOURCE_UNAVAILABLE', 'SOURCE_TIMEOUT']

/**
 * Runs one fragment and collects its parts. The caller releases them. An error of the source is part of the outcome; any other error is
 * thrown, after the parts were released. Where the source could not be reached and no part arrived, the scan runs once more, which is safe
 * because it only reads.
 */
export async function runFragment(
  fragment: PlanFragment,
  open: OpenSource | undefined,
  options: FragmentOptions,
): Promise<FragmentOutcome> {
  const started = performance.now()
  const files: LandedFile[] = []
  const outcome = (report: ScanReport | undefined, error: DialsError | undefined): FragmentOutcome => ({
    fragment,
    files,
    report,
    error,
    bytes: files.reduce((sum, file) => sum + file.bytes, 0),
    elapsedMs: performance.now() - started,
    isSkipped: false,
  })
  if (open === undefined) return outcome(undefined, new SourceUnavailable(`The spoke ${fragment.spokeId} is not configured at this hub.`))
  if (open.stopped !== undefined) {
    const message = `Nothing is asked of the spoke ${fragment.spokeId} until an operator of this hub has looked: an audit log was changed.`
    return outcome(undefined, new SourceUnavailable(message, { cause: new Reason(open.stopped) }))
  }
  if (!open.admits()) {
    return outcome(
      undefined,
      new SourceUnavailable(`The spoke ${fragment.spokeId} has not answered for a while, and is asked again in a moment.`),
    )
  }
  try {
    const name = `The spoke ${fragment.spokeId}`
    const report = await collectParts(() => open.source.execute(fragment.planned, options), files, { ...options, name })
    open.observed(undefined)
    return outcome(report, undefined)
  } catch (thrown) {
    await releaseAll(files)
    files.length = 0
    const error = options.signal.aborted
      ? new SourceTimeout(`The spoke ${fragment.spokeId} did not answer in time.`, { cause: thrown })
      : toDialsError(thrown)
    // An answer that blames the query is an answer too: it ends the trial of a source that was not asked for a while.
    if (!options.signal.aborted || timedOut(options.signal)) open.observed(error)
    if (!sourceErrors.includes(error.code)) throw error
    return outcome(undefined, error)
  }
}

/** False where the client disconnected or another source failed, which says nothing about this source. */
function timedOut(signal: AbortSignal): boolean {
  return signal.reason instanceof DOMException && signal.reason.name === 'TimeoutError'
}

/** The outcome of a fragment that was not asked. */
export function skipped(fragment: PlanFragment): FragmentOutcome {
  return { fragment, files: [], report: { rows: 0, truncated: false }, error: undefined, bytes: 0, elapsedMs: 0, isSkipped: true }
}

/** The parts of each fragment. A failed fragment, under PARTIAL, has none. */
export function partsOf(outcomes: readonly FragmentOutcome[]): LandedParts {
  return new Map(outcomes.map(({ fragment, files }) => [fragment.id, files]))
}

/** Deletes landed files. Safe to call twice. */
export async function releaseAll(files: readonly LandedFile[]): Promise<void> {
  await Promise.all(files.map((file) => file.release()))
}
