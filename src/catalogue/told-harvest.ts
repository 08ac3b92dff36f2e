import type { Knex } from 'knex'
import type { Viewer } from '../identity/viewer.js'
import { problemsTold } from './harvest-problems.js'
import type { ListedCounts } from './harvest-run.js'
import { type HarvestRunRow, harvestRunSelection } from './rows.js'
import { seesWholeHarvest } from './visibility.js'

/** A harvest, and what of it those are told who may not be told all. */
export interface JudgedHarvest extends HarvestRunRow {
  readonly isWhole: boolean
  readonly listed: ListedCounts & { failed: number }
}

/** Harvests for `toldHarvest`, with `spokes` joined. */
export const judgedHarvestSelection = (knex: Knex, viewer: Viewer) => ({
  ...harvestRunSelection,
  isWhole: seesWholeHarvest(knex, viewer),
  listed: knex.raw(
    `json_build_object('created', listed_created, 'updated', listed_updated, 'unchanged', listed_unchanged, 'removed', listed_removed,
      'failed', (?))`,
    [problemsTold(knex, viewer)],
  ),
})

/**
 * A harvest as a viewer may be told of it. Who may not be told all gets the counts of what is listed to everybody, and no number in the
 * error: numbers of all datasets would tell how many are hidden, and when they change.
 */
export function toldHarvest({ isWhole, listed, ...run }: JudgedHarvest): HarvestRunRow {
  return isWhole ? run : { ...run, ...listed, error: run.error === null ? null : (withoutNumbers[run.status] ?? run.error) }
}

/** The errors that count datasets, in words. */
const withoutNumbers: Partial<Record<HarvestRunRow['status'], string>> = {
  HELD: 'More datasets would have gone than the guard allows; nothing was removed.',
  PARTIAL: 'The source did not send its catalogue whole; nothing was removed.',
}
