import type { Knex } from 'knex'

/** The lock that every connection of a worker's own pool shares: free once they are all gone, and then the worker is. */
export const workerLock = (workerId: string) => `queue worker ${workerId}`

interface HeldJob {
  readonly id: string
  readonly attempts: number
  readonly key: string | null
}

/** A job that brings its hub down is tried again at once the first time, later after longer and longer: seconds. */
const backOff = (attempts: number) => (attempts <= 1 ? 0 : Math.min(900, 5 * 2 ** attempts))

/** More attempts than these are not counted, so that a job never runs out of them. */
const attemptsCounted = 8

/**
 * Lets go of the jobs of hubs that died: the queue itself would keep them for four hours. A hub lives while a connection of its queue does;
 * one that is cut off and lives all the same can still write nothing, since what it does has lost its lock and is fenced.
 */
export async function freeDeadWorkers(knex: Knex, ownId: string | undefined): Promise<void> {
  await knex.transaction(async (transaction) => {
    const holders = (await transaction('graphile_worker.jobs')
      .distinct('locked_by')
      .whereNotNull('locked_by')
      .pluck('locked_by')) as string[]
    for (const worker of holders.filter((holder) => holder !== ownId)) {
      const { rows } = (await transaction.raw('select pg_try_advisory_xact_lock(hashtextextended(?, 0)) as dead', [
        workerLock(worker),
      ])) as {
        rows: [{ dead: boolean }]
      }
      if (rows[0].dead) await freeJobs(transaction, worker)
    }
  })
}

async function freeJobs(transaction: Knex.Transaction, worker: string): Promise<void> {
  const held = (await transaction('graphile_worker.jobs').where({ locked_by: worker }).pluck('id')) as string[]
  await transaction.raw('select graphile_worker.force_unlock_workers(?::text[])', [[worker]])
  // Read once they are ours: until then another hub may queue a successor, which takes a job's key away.
  const jobs = await transaction('graphile_worker.jobs').whereIn('id', held).select<HeldJob[]>('id', 'attempts', 'key')
  for (const { id, attempts, key } of jobs) {
    // Without its key it had queued its successor already.
    if (key === null) await transaction.raw('select from graphile_worker.complete_jobs(array[?::bigint])', [id])
    else {
      await transaction.raw(
        `select from graphile_worker.reschedule_jobs(array[?::bigint], run_at => now() + ? * interval '1 second', attempts => ?)`,
        [id, backOff(attempts), Math.min(attempts, attemptsCounted)],
      )
    }
  }
}
