import type { Knex } from 'knex'
import { SourceUnavailable } from '../errors.js'
import { type HarvestRunRow, harvestRunSelection, type HarvestStatus } from './rows.js'
import type { SeenNumbers } from './seen-numbers.js'

/** A harvest of one spoke under way. */
export interface Run {
  readonly id: number
  readonly spokeId: string
  /** The datasets that it found unchanged. */
  readonly unchanged: SeenNumbers
  /** Records that came more than once. If a page came twice, another page may have been skipped, so nothing is archived then. */
  repeated: number
}

/** What a run changed. */
interface Counts {
  created: number
  updated: number
  unchanged: number
  failed: number
}

/** What a run changed, counted over the datasets that are listed to everybody. One that becomes hidden is removed. */
export interface ListedCounts {
  created: number
  updated: number
  unchanged: number
  removed: number
}

/**
 * Older runs of a spoke are deleted with their problems, except two that later runs need: the last complete crawl of everything, and the
 * first of the current HELD runs.
 */
const runsKept = 100

const abandoned = 'The hub stopped during this harvest.'

/** The lock of a spoke's harvest, held on every hub by the process that runs it. */
export const harvestLock = (spokeId: string) => `harvest ${spokeId}`

/** @property whole reads everything, even if there is a cursor. */
interface Beginning {
  readonly wholeEveryDays: number
  readonly whole: boolean
}

/**
 * Begins a run, and returns the cursor to start from: that of the last complete run. There is no cursor if everything is due to be read
 * again, or if the last crawl was HELD, because a held crawl must be repeated in full. Only the holder of the spoke's harvest lock may call
 * this; a run still marked RUNNING was left by a hub that died, and is closed.
 */
export async function beginRun(
  knex: Knex,
  spokeId: string,
  { wholeEveryDays, whole }: Beginning,
): Promise<{ id: number; cursor: string | undefined }> {
  return knex.transaction(async (transaction) => {
    await transaction('harvest_runs').where({ spoke_id: spokeId, status: 'RUNNING' }).update(closed(transaction, abandoned))
    const last = await transaction('harvest_runs')
      .where({ spoke_id: spokeId })
      .whereIn('status', ['COMPLETE', 'HELD'])
      .orderBy('id', 'desc')
      .first<{ status: string; cursor: string | null } | undefined>('status', 'cursor')
    const recent = await lastWholeRun(transaction, spokeId)
      .whereRaw(`finished_at > now() - ? * interval '1 day'`, [wholeEveryDays])
      .first('id')
    const cursor = !whole && recent !== undefined && last?.status === 'COMPLETE' ? (last.cursor ?? undefined) : undefined
    const { rows } = (await transaction.raw(`insert into harvest_runs (spoke_id, status, whole) values (?, 'RUNNING', ?) returning id`, [
      spokeId,
      cursor === undefined,
    ])) as {
      rows: [{ id: number }]
    }
    return { id: rows[0].id, cursor }
  })
}

const lastWholeRun = (knex: Knex, spokeId: string) =>
  knex('harvest_runs').where({ spoke_id: spokeId, status: 'COMPLETE', whole: true }).orderBy('id', 'desc').limit(1)

/**
 * Locks the run for this transaction, because a hub that lost its connection has lost its harvest lock too, and another hub may have closed
 * this run and begun its own.
 * @throws SourceUnavailable if this run was closed.
 */
export async function fenceRun(transaction: Knex.Transaction, runId: number): Promise<void> {
  const run = await transaction('harvest_runs').where({ id: runId, status: 'RUNNING' }).forUpdate().first('id')
  if (run === undefined) throw new SourceUnavailable('Another hub has taken this harvest over.')
}

/** Adds to the counts of the run. */
export async function countInRun(transaction: Knex.Transaction, runId: number, counts: Counts, listed: ListedCounts): Promise<void> {
  const all = [...Object.entries(counts), ...Object.entries(listed).map(([name, by]) => [`listed_${name}`, by] as const)]
  const added = all.map(([name, by]) => [name, transaction.raw('?? + ?', [name, by])])
  await transaction('harvest_runs').where({ id: runId }).update(Object.fromEntries(added))
}

/** @property settled the run decided which datasets are gone. */
interface RunEnd {
  readonly status: Exclude<HarvestStatus, 'RUNNING'>
  readonly error?: string | undefined
  readonly cursor?: string | undefined
  readonly removed?: number
  /** Of these, those that were listed to everybody. */
  readonly listedRemoved?: number
  readonly whole?: boolean
  readonly settled?: boolean
}

/** Ends a run, unless another hub has closed it, and deletes the oldest runs of the spoke. */
export async function finishRun(
  knex: Knex,
  runId: number,
  { error = undefined, cursor = undefined, listedRemoved = 0, ...end }: RunEnd,
): Promise<HarvestRunRow> {
  await knex('harvest_runs')
    .where({ id: runId, status: 'RUNNING' })
    .update({
      ...end,
      listed_removed: knex.raw('listed_removed + ?', [listedRemoved]),
      finished_at: knex.fn.now(),
      error: error ?? null,
      cursor: cursor ?? null,
    })
  const run = await knex('harvest_runs').where({ id: runId }).first<HarvestRunRow>(harvestRunSelection)
  const old = knex('harvest_runs').select('id').where({ spoke_id: run.spokeId }).orderBy('id', 'desc').offset(runsKept)
  await knex('harvest_runs')
    .whereIn('id', old)
    .whereNotIn('id', lastWholeRun(knex, run.spokeId).select('id'))
    .whereNotIn('id', heldRuns(knex, run.spokeId).select('id').orderBy('id').limit(1))
    .delete()
  return run
}

/** The HELD runs since the last run that decided which datasets are gone. */
export function heldRuns(knex: Knex, spokeId: string): Knex.QueryBuilder {
  const settled = knex('harvest_runs').max('id').where({ spoke_id: spokeId, settled: true })
  return knex('harvest_runs').where({ spoke_id: spokeId, status: 'HELD' }).whereRaw('id > coalesce((?), 0)', [settled])
}

/** The latest run of a spoke. */
export async function latestRun(knex: Knex, spokeId: string): Promise<HarvestRunRow | undefined> {
  return knex('harvest_runs').where({ spoke_id: spokeId }).orderBy('id', 'desc').first<HarvestRunRow | undefined>(harvestRunSelection)
}

/** The latest finished run of a spoke with this id or a later one. */
export async function latestEndedRun(knex: Knex, spokeId: string, from: number): Promise<HarvestRunRow | undefined> {
  const ended = knex('harvest_runs').where({ spoke_id: spokeId }).whereNot({ status: 'RUNNING' })
  return ended.where('id', '>=', from).orderBy('id', 'desc').first<HarvestRunRow | undefined>(harvestRunSelection)
}

/** Closes the runs whose hub has died, which is the case if the spoke's harvest lock is free. */
export async function closeAbandonedRuns(knex: Knex): Promise<void> {
  await knex.transaction(async (transaction) => {
    const running = await transaction('harvest_runs')
      .where({ status: 'RUNNING' })
      .select<{ id: number; spoke_id: string }[]>('id', 'spoke_id')
    for (const { id, spoke_id: spokeId } of running) {
      const { rows } = (await transaction.raw('select pg_try_advisory_xact_lock(hashtextextended(?, 0)) as free', [
        harvestLock(spokeId),
      ])) as {
        rows: [{ free: boolean }]
      }
      if (rows[0].free) await transaction('harvest_runs').where({ id, status: 'RUNNING' }).update(closed(transaction, abandoned))
    }
  })
}

const closed = (knex: Knex, error: string) => ({ status: 'FAILED', finished_at: knex.fn.now(), error })
