import type { Knex } from 'knex'
import type { Access, Listing } from '../connector/catalogue.js'
import type { Crawl } from './crawl.js'
import { type Census, decideEnd } from './decide-end.js'
import type { HarvestLimits } from './harvest-limits.js'
import { fenceRun, finishRun, heldRuns, type Run } from './harvest-run.js'
import type { HarvestRunRow } from './rows.js'
import { isListedToAll } from './visibility.js'

/** @property whole the source sent its whole catalogue, not only changes. */
interface Conclusion {
  readonly crawl: Crawl
  readonly whole: boolean
  readonly limits: HarvestLimits
  readonly allowShrink: boolean
}

/** This run has written the dataset, or found it unchanged. */
const seen = `(seen_by = :run or (number < length(:unchanged::bytea) * 8 and get_bit(:unchanged::bytea, number) = 1))`

/** ACTIVE, and this run neither saw it nor had a problem with it. */
const unseen = `status = 'ACTIVE' and kept_by is distinct from :run and not ${seen}`

/**
 * Ends a run whose source was read to its end or to a limit. Decides which datasets are gone, and stores that and the end of the run in one
 * transaction.
 */
export async function concludeRun(knex: Knex, run: Run, { crawl, whole, limits, allowShrink }: Conclusion): Promise<HarvestRunRow> {
  return knex.transaction(async (transaction) => {
    await fenceRun(transaction, run.id)
    const gone = whole ? unseen : `${unseen} and removed_by = :run`
    const { status, remove, error } = decideEnd(crawl, whole, await takeCensus(transaction, run, gone), limits, allowShrink)
    if (remove && whole && run.repeated === 0) await archive(transaction, run, limits.archiveAfterDays)
    const removed = remove ? await markMissing(transaction, run, gone) : []
    return finishRun(transaction, run.id, {
      status,
      removed: removed.length,
      listedRemoved: removed.filter(isListedToAll).length,
      error,
      whole,
      settled: remove,
      cursor: status === 'COMPLETE' ? crawl.completion?.cursor : undefined,
    })
  })
}

async function takeCensus(transaction: Knex.Transaction, run: Run, gone: string): Promise<Census> {
  // Datasets that came after the first held run are not counted, or the guard would give way merely by waiting.
  const since = heldRuns(transaction, run.spokeId).orWhere({ id: run.id }).min('started_at')
  const { rows } = (await transaction.raw(
    `with held as (
       select count(*) filter (where status = 'ACTIVE' and first_seen < (:since)) as known,
         count(*) filter (where ${gone}) as vanished, count(*) filter (where ${seen}) as shown
       from datasets where spoke_id = :spoke
     ),
     quarantined as (
       select count(distinct split_part(source_id, '/', 1)) as broken from harvest_problems
       where run_id = :run and not exists (select from datasets where id = :spoke || '/' || split_part(source_id, '/', 1) and ${seen})
     )
     select known, vanished, shown + broken as seen, (select failed from harvest_runs where id = :run) as failed from held, quarantined`,
    { run: run.id, spoke: run.spokeId, since, unchanged: run.unchanged.bytes },
  )) as { rows: [Census] }
  return rows[0]
}

/** Archives what has been MISSING for so many days and did not come in this run. A problem that names a dataset restarts its days. */
async function archive(transaction: Knex.Transaction, run: Run, days: number): Promise<void> {
  await transaction('datasets')
    .where({ spoke_id: run.spokeId, status: 'MISSING' })
    .whereRaw(`kept_by is distinct from ? and missing_since <= now() - ? * interval '1 day'`, [run.id, days])
    .update({ status: 'ARCHIVED' })
}

async function markMissing(transaction: Knex.Transaction, run: Run, gone: string): Promise<{ access: Access; listing: Listing }[]> {
  return transaction('datasets')
    .where({ spoke_id: run.spokeId })
    .whereRaw(gone, { run: run.id, unchanged: run.unchanged.bytes })
    .update({ status: 'MISSING', missing_since: transaction.fn.now() })
    .returning<{ access: Access; listing: Listing }[]>(['access', 'listing'])
}
