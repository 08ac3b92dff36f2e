import type { Knex } from 'knex'

/** Why a harvest is in the queue. Of each kind a spoke has one that waits; those of one spoke run one after another. */
export type Occasion = 'scheduled' | 'asked for' | 'let through'

/** What a job of the queue carries. */
export interface HarvestJob {
  readonly occasion: Occasion
}

/** The name of a spoke's task and of its queue: a hub takes jobs of the spokes that it is configured for, and no others. */
export const harvestTask = (spokeId: string) => `harvest ${spokeId}`

/** So often is a harvest tried that could not be run, each time after a longer wait. */
const attemptsMax: Record<Occasion, number> = { scheduled: 25, 'asked for': 3, 'let through': 3 }

const jobKey = (spokeId: string, occasion: Occasion) => `${harvestTask(spokeId)} ${occasion}`

/** Puts a harvest in the queue, in place of one of the same kind that waits. */
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

/** Whether such a harvest waits, runs, or is to be tried again. */
export async function isQueued(knex: Knex, spokeId: string, occasion: Occasion): Promise<boolean> {
  const job = await knex('graphile_worker.jobs')
    .where({ key: jobKey(spokeId, occasion) })
    .where((alive) => alive.whereRaw('attempts < max_attempts').orWhereNotNull('locked_at'))
    .first('id')
  return job !== undefined
}

/** Whether the scheduled harvest of a spoke is due, or under way. */
export async function isDue(knex: Knex, spokeId: string): Promise<boolean> {
  const job = await knex('graphile_worker.jobs')
    .where({ key: jobKey(spokeId, 'scheduled') })
    .whereRaw('run_at <= now() and attempts < max_attempts')
    .first('id')
  return job !== undefined
}
