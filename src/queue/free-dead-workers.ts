import type { Knex } from 'knex'

/** The lock that every connection of a worker's pool shares. It is free once they are all gone, and then the worker is dead. */
export const workerLock = (workerId: string) => `queue worker ${workerId}`

interface HeldJob {
  readonly id: string
  readonly attempts: number
  readonly key: string | null
}

/**
 * Seconds before a job is tried again whose hub died: none the first time, then more each time, in case the job itself brings hubs down.
 */
const backOff = (attempts: number) => (attempts <= 1 ? 0 : Math.min(900, 5 * 2 ** attempts))

/** Attempts are counted up to this number, so that a job never runs out of them. */
const attemptsCounted = 8

/**
 * Releases the jobs of dead hubs, which the queue itself would keep for four hours. A hub counts as alive while a connection of its queue
 * does. A hub that is cut off but still runs can write nothing, because it has lost its locks and is fenced.
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
  // Read after they are locked: until then another hub may queue a successor, which takes the key of a job away.
  const jobs = await transaction('graphile_worker.jobs').whereIn('id', held).select<HeldJob[]>('id', 'attempts', 'key')
  for (const { id, attempts, key } of jobs) {
    // A job without its key has a successor in the queue already.
    if (key === null) await transaction.raw('select from graphile_worker.complete_jobs(array[?::bigint])', [id])
    else {
      await transaction.raw(
        `select from graphile_worker.reschedule_jobs(array[?::bigint], run_at => now() + ? * interval '1 second', attempts => ?)`,
        [id, backOff(attempts), Math.min(attempts, attemptsCounted)],
      )
    }
  }
}
