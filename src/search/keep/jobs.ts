import type { Knex } from 'knex'

/** The jobs that maintain an index: all in one queue, so that only one runs at a time over all hubs. */
export const searchJobs = { update: 'search update', check: 'search check', rebuild: 'search rebuild' } as const
/** A job that maintains an index. */
export type SearchJob = keyof typeof searchJobs

/**
 * Each job waits at most once when it was put off; the catalogue's triggers add jobs of their own. A job that fails queues itself again.
 */
export async function queueSearchJob(knex: Knex, job: SearchJob, inMs = 0): Promise<void> {
  await knex.raw(
    `select from graphile_worker.add_job(?, queue_name => 'search', job_key => ?, run_at => now() + ? * interval '1 millisecond', max_attempts => 25)`,
    [searchJobs[job], `${searchJobs[job]} later`, inMs],
  )
}
