import type { Knex } from 'knex'

/** Why a harvest is in the queue. A spoke has at most one waiting job for each reason; the jobs of a spoke run one after another. */
export type Occasion = 'scheduled' | 'asked for' | 'let through'

/** The payload of a job. */
export interface HarvestJob {
  readonly occasion: Occasion
}

/** The name of a spoke's task and of its queue, so that a hub runs jobs only for the spokes in its configuration. */
export const harvestTask = (spokeId: string) => `harvest ${spokeId}`

/** A harvest that could not run is tried so often, each time after a longer wait. */
const attemptsMax: Record<Occasion, number> = { scheduled: 25, 'asked for': 3, 'let through': 3 }

const jobKey = (spokeId: string, occasion: Occasion) => `${harvestTask(spokeId)} ${occasion}`

/** Queues a harvest, and replaces a waiting one with the same reason. */
export async function queueHarvest(knex: Knex, spokeId: string, occasion: Occasion, inMs: number): Promise<void> {
  const job: HarvestJob = { occasion }
  await knex.raw(
    `select from graphile_worker.add_job(?, payload => ?::json, queue_name => ?, job_key => ?, max_attempts => ?, priority => ?,
       run_at => now() + ? * interval '1 millisecond')`,
    [
      harvestTask(spokeId),
      JSON.stringify(job),
      harvestTask(spokeId),
      jobKey(spokeId, occasion),
      attemptsMax[occasion],
      occasion === 'scheduled' ? 0 : -1,
      inMs,
    ],
  )
}

/** Whether such a harvest waits, runs or will be retried. */
export async function isQueued(knex: Knex, spokeId: string, occasion: Occasion): Promise<boolean> {
  const job = await knex('graphile_worker.jobs')
    .where({ key: jobKey(spokeId, occasion) })
    .where((alive) => alive.whereRaw('attempts < max_attempts').orWhereNotNull('locked_at'))
    .first('id')
  return job !== undefined
}

/** Whether a spoke's scheduled harvest is due or under way. */
export async function isDue(knex: Knex, spokeId: string): Promise<boolean> {
  const job = await knex('graphile_worker.jobs')
    .where({ key: jobKey(spokeId, 'scheduled') })
    .whereRaw('run_at <= now() and attempts < max_attempts')
    .first('id')
  return job !== undefined
}
