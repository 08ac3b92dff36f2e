import type { Knex } from 'knex'
import { SourceUnavailable } from '../errors.js'
import { type HarvestRunRow, harvestRunSelection } from './rows.js'

/** A harvest of one spoke, under way. */
export interface Run {
  readonly id: number
  readonly spokeId: string
}

/** What a run changed. */
interface Counts {
  created: number
  updated: number
  unchanged: number
  failed: number
}

/** Older runs of a spoke are forgotten, with their problems. */
const runsKept = 100

const abandoned = 'The hub stopped during this harvest.'

/** The lock that whoever runs a harvest of the spoke holds, on every hub. */
export const harvestLock = (spokeId: string) => `harvest ${spokeId}`

/**
 * A new run, and the cursor of the last complete one. A run still marked as running was left by a hub that died, and is closed.
 * Only for the holder of the spoke's harvest lock.
 */
export async function beginRun(knex: Knex, spokeId: string): Promise<{ id: number; cursor: string | undefined }> {
  return knex.transaction(async (transaction) => {
    await transaction('harvest_runs').where({ spoke_id: spokeId, status: 'RUNNING' }).update(closed(transaction, abandoned))
    const last = await transaction('harvest_runs')
      .where({ spoke_id: spokeId, status: 'COMPLETE' })
      .orderBy('id', 'desc')
      .first<{ cursor: string | null } | undefined>('cursor')
    const { rows } = (await transaction.raw(`insert into harvest_runs (spoke_id, status) values (?, 'RUNNING') returning id`, [spokeId])) as {
      rows: [{ id: number }]
    }
    return { id: rows[0].id, cursor: last?.cursor ?? undefined }
  })
}

/**
 * Holds the run for this transaction. Should the hub have lost its lock with its connection, another may have closed the run and begun its own.
 * @throws SourceUnavailable where this run is no longer the one.
 */
export async function fenceRun(transaction: Knex.Transaction, runId: number): Promise<void> {
  const run = await transaction('harvest_runs').where({ id: runId, status: 'RUNNING' }).forUpdate().first('id')
  if (run === undefined) throw new SourceUnavailable('Another hub has taken this harvest over.')
}

/** Adds to what the run has done. */
export async function countInRun(transaction: Knex.Transaction, runId: number, counts: Counts): Promise<void> {
  const added = Object.entries(counts).map(([name, by]) => [name, transaction.raw('?? + ?', [name, by])])
  await transaction('harvest_runs').where({ id: runId }).update(Object.fromEntries(added))
}

/** The end of a run, unless another hub has closed it; and the end of the spoke's oldest. */
export async function finishRun(
  knex: Knex,
  runId: number,
  end: { status: 'COMPLETE' | 'PARTIAL' | 'FAILED'; error?: string | undefined; cursor?: string | undefined; removed?: number },
): Promise<HarvestRunRow> {
  await knex('harvest_runs')
    .where({ id: runId, status: 'RUNNING' })
    .update({ status: end.status, finished_at: knex.fn.now(), error: end.error ?? null, cursor: end.cursor ?? null, removed: end.removed ?? 0 })
  const run = await knex('harvest_runs').where({ id: runId }).first<HarvestRunRow>(harvestRunSelection)
  const old = knex('harvest_runs').select('id').where({ spoke_id: run.spokeId }).orderBy('id', 'desc').offset(runsKept)
  await knex('harvest_runs').whereIn('id', old).delete()
  return run
}

/** The latest run of a spoke. */
export async function latestRun(knex: Knex, spokeId: string): Promise<HarvestRunRow | undefined> {
  return knex('harvest_runs').where({ spoke_id: spokeId }).orderBy('id', 'desc').first<HarvestRunRow | undefined>(harvestRunSelection)
}

/** Closes the runs whose hub has died: those whose spoke's harvest lock is free. */
export async function closeAbandonedRuns(knex: Knex): Promise<void> {
  await knex.transaction(async (transaction) => {
    const running = await transaction('harvest_runs').where({ status: 'RUNNING' }).select<{ id: number; spoke_id: string }[]>('id', 'spoke_id')
    for (const { id, spoke_id: spokeId } of running) {
      const { rows } = (await transaction.raw('select pg_try_advisory_xact_lock(hashtextextended(?, 0)) as free', [harvestLock(spokeId)])) as {
        rows: [{ free: boolean }]
      }
      if (rows[0].free) await transaction('harvest_runs').where({ id, status: 'RUNNING' }).update(closed(transaction, abandoned))
    }
  })
}

const closed = (knex: Knex, error: string) => ({ status: 'FAILED', finished_at: knex.fn.now(), error })
