import { setTimeout as delay } from 'node:timers/promises'
import type { Knex } from 'knex'
import { deadlineAfter } from '../connector/deadline.js'
import type { Log, Source } from '../connector/source.js'
import { databaseError } from '../database/database-error.js'
import { sessionLocks } from '../database/session-locks.js'
import { DialsError, SourceTimeout, SourceUnavailable } from '../errors.js'
import { type Crawl, crawl, SourceFailure } from './crawl.js'
import { beginRun, fenceRun, finishRun, harvestLock, latestRun, type Run } from './harvest-run.js'
import type { HarvestRunRow } from './rows.js'

export interface HarvestOptions {
  readonly knex: Knex
  readonly spokeId: string
  readonly source: Pick<Source, 'harvest'>
  /** Ends the run as FAILED. */
  readonly signal: AbortSignal
  readonly log: Log
  /** A source that tells of more records than these is read no further. Default: 100,000. */
  readonly recordsMax?: number
  /** Default: half an hour. */
  readonly timeoutMs?: number
}

/**
 * Reads a source's catalogue into ours. One run of a spoke at a time over all hubs: where one is under way, that one is answered.
 *
 * COMPLETE: the source said so and every record was taken; a dataset that it did not show is MISSING from now on. PARTIAL: some records could
 * not be taken, and their datasets stay as they are; or the source did not say that this was all, and nothing goes. FAILED: it threw, or ran
 * out of time; what it had shown until then is in the catalogue.
 *
 * @throws DialsError SOURCE_UNAVAILABLE where the catalogue database cannot be reached. A source's failure is an answer, never thrown.
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
  const { knex, spokeId, source, signal, log, recordsMax = 100_000, timeoutMs = 30 * 60_000 } = options
  const { id, cursor } = await beginRun(knex, spokeId)
  const deadline = deadlineAfter(timeoutMs, signal)
  try {
    const found = await crawl({ knex, run: { id, spokeId }, source, cursor, signal: deadline.signal, recordsMax })
    return await conclude(knex, { id, spokeId }, found)
  } catch (error) {
    if (!(error instanceof SourceFailure)) throw error
    const reason = failureOf(error.cause, { stopped: signal.aborted, timeoutMs: deadline.signal.aborted && !signal.aborted ? timeoutMs : undefined })
    log.warn({ spoke: spokeId, run: id, reason: reason.message, cause: String(reason.cause ?? '') }, 'a harvest failed')
    return finishRun(knex, id, { status: 'FAILED', error: reason.message })
  } finally {
    deadline.clear()
  }
}

async function conclude(knex: Knex, run: Run, { complete, unnamed, cursor, error }: Crawl): Promise<HarvestRunRow> {
  return knex.transaction(async (transaction) => {
    await fenceRun(transaction, run.id)
    // A record that nobody can name might be any dataset that was not shown.
    const removed = complete && !unnamed ? await removeUnseen(transaction, run) : 0
    const { failed } = await transaction('harvest_runs').where({ id: run.id }).first<{ failed: number }>('failed')
    const status = complete && failed === 0 ? 'COMPLETE' : 'PARTIAL'
    return finishRun(transaction, run.id, { status, removed, error, cursor: status === 'COMPLETE' ? cursor : undefined })
  })
}

async function removeUnseen(transaction: Knex.Transaction, run: Run): Promise<number> {
  return transaction('datasets')
    .where({ spoke_id: run.spokeId, status: 'ACTIVE' })
    .whereNot({ seen_by: run.id })
    .whereRaw('kept_by is distinct from ?', [run.id])
    .update({ status: 'MISSING' })
}

/** What everybody may read of a failure; the rest is its cause. */
function failureOf(cause: unknown, { stopped, timeoutMs }: { stopped: boolean; timeoutMs: number | undefined }): DialsError {
  if (stopped) return new SourceUnavailable('The harvest was stopped.', { cause })
  if (timeoutMs !== undefined) return new SourceTimeout(`The source did not finish within ${timeoutMs / 1000} s.`, { cause })
  if (cause instanceof DialsError) return cause
  return new SourceUnavailable('The source could not be read. The reason is in the log of the hub.', { cause })
}

/** Whoever holds the lock has begun its run or is about to; or has just finished it. */
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
