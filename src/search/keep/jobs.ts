import type { Knex } from 'knex'

/** The jobs that keep an index: all in one queue, so that over all hubs one runs at a time. */
export const searchJobs = { update: 'search update', check: 'search check', rebuild: 'search rebuild' } as const
export type SearchJob = keyof typeof searchJobs

/** Of each job one waits that was put off; the triggers of the catalogue add jobs of their own. A job that fails puts itself off. */
export async function queueSearchJob(knex: Knex, job: SearchJob, inMs = 0): Promise<void> {
  await knex.raw(
    `select from graphile_worker.add_job(?, queue_name => 'search', job_key => ?, run_at => now() + ? * interval '1 millisecond', max_attempts => 25)`,
    [searchJobs[job], `${searchJobs[job]} later`, inMs],
  )
}
