import { setTimeout as delay } from 'node:timers/promises'
import type { Knex } from 'knex'
import { deadlineAfter } from '../connector/deadline.js'
import type { Log, Source } from '../connector/source.js'
import { databaseError } from '../database/database-error.js'
import { sessionLocks } from '../database/session-locks.js'
import { DialsError, SourceTimeout, SourceUnavailable } from '../errors.js'
import { concludeRun } from './conclude-run.js'
import { crawl } from './crawl.js'
import { defaultLimits, type HarvestLimits } from './harvest-limits.js'
import { beginRun, finishRun, harvestLock, latestRun } from './harvest-run.js'
import { SourceFailure } from './read-until-aborted.js'
import type { HarvestRunRow } from './rows.js'
import { SeenNumbers } from './seen-numbers.js'
import { writeBatch } from './write-batch.js'

/** What a harvest of one spoke needs. */
export interface HarvestOptions {
  readonly knex: Knex
  readonly spokeId: string
  readonly source: Pick<Source, 'harvest'>
  /** Ends the run as FAILED. */
  readonly signal: AbortSignal
  readonly log: Log
  /** Default: `defaultLimits`. */
  readonly limits?: Partial<HarvestLimits>
  /** An operator confirms that the missing datasets are really gone, so the guard holds nothing back. Reads the whole source. */
  readonly allowShrink?: boolean
  /** Records that are written in one transaction. Default 500. */
  readonly batchRecords?: number
  /** Runs one write of a batch, possibly after waiting for its turn. Default: at once. */
  readonly inTurn?: <T>(write: () => Promise<T>) => Promise<T>
}

/**
 * Reads a source's catalogue into ours. One run of a spoke at a time over all hubs: if another is under way, that one is returned.
 *
 * COMPLETE: the source reported so and every record was read; a dataset that did not come is MISSING from now on, and ARCHIVED after its
 * days of grace. PARTIAL: some records could not be read, and their datasets stay as they are; or the source did not report that this was
 * all, and nothing is removed. HELD: more would be removed than the guard allows, so nothing is. FAILED: the source threw, or its time was
 * over; what came before that is in the catalogue.
 *
 * @throws DialsError SOURCE_UNAVAILABLE if the catalogue database cannot be reached. A failure of the source does not throw; it is a FAILED
 * run.
 */
export async function harvestSpoke(options: HarvestOptions): Promise<HarvestRunRow> {
  const { knex, spokeId } = options
  try {
    const release = await sessionLocks(knex).tryLock(harvestLock(spokeId))
    if (release === undefined) return await runUnderWay(knex, spokeId)
    try {
      return await harvest(options)
    } finally {
      await release()
    }
  } catch (error) {
    throw databaseError(error)
  }
}

async function harvest(options: HarvestOptions): Promise<HarvestRunRow> {
  const { knex, spokeId, source, signal, log, allowShrink = false, batchRecords = 500, inTurn = (write) => write() } = options
  const limits = { ...defaultLimits, ...options.limits }
  const { id, cursor } = await beginRun(knex, spokeId, { wholeEveryDays: limits.wholeEveryDays, whole: allowShrink })
  const run = { id, spokeId, unchanged: new SeenNumbers(), repeated: 0 }
  // The caller's signal may outlive this run, so it is wrapped: listeners would otherwise pile up on it.
  const deadline = deadlineAfter(limits.timeoutMs, AbortSignal.any([signal]))
  try {
    const found = await crawl({
      ...limits,
      batchRecords,
      source,
      cursor,
      signal: deadline.signal,
      write: (batch) => inTurn(() => writeBatch(knex, run, batch)),
    })
    return await concludeRun(knex, run, {
      crawl: found,
      whole: cursor === undefined || found.completion?.whole === true,
      limits,
      allowShrink,
    })
  } catch (error) {
    if (!(error instanceof SourceFailure)) throw error
    const reason = failureOf(error.cause, {
      stopped: signal.aborted,
      timeoutMs: deadline.signal.aborted && !signal.aborted ? limits.timeoutMs : undefined,
    })
    log.warn({ spoke: spokeId, run: id, err: reason }, 'a harvest failed')
    return finishRun(knex, id, { status: 'FAILED', error: reason.message })
  } finally {
    deadline.clear()
  }
}

/** The reason for a failure that everybody may read; the private part is its cause. */
function failureOf(cause: unknown, { stopped, timeoutMs }: { stopped: boolean; timeoutMs: number | undefined }): DialsError {
  if (stopped) return new SourceUnavailable('The harvest was stopped.', { cause })
  if (timeoutMs !== undefined) return new SourceTimeout(`The source did not finish within ${timeoutMs / 1000} s.`, { cause })
  if (cause instanceof DialsError) return cause
  return new SourceUnavailable('The source could not be read. The reason is in the log of the hub.', { cause })
}

/** The holder of the lock has begun its run, is about to, or has just finished it. */
async function runUnderWay(knex: Knex, spokeId: string): Promise<HarvestRunRow> {
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const latest = await latestRun(knex, spokeId)
    if (latest?.status === 'RUNNING') return latest
    await delay(25)
  }
  const latest = await latestRun(knex, spokeId)
  if (latest === undefined) throw new SourceUnavailable('This spoke is being harvested by another hub. Try again in a moment.')
  return latest
}
