import type { Knex } from 'knex'
import type { Viewer } from '../identity/viewer.js'
import type { DatasetStatus } from './rows.js'

/** The statuses that are listed by default. */
const listedStatuses: readonly DatasetStatus[] = ['ACTIVE', 'MISSING']

/**
 * The only place that decides whether a viewer learns that a dataset exists. Every read starts from this query: `datasets` joined to
 * configured `spokes`, without datasets hidden from the viewer. So tables, counts and suggestions cannot reveal a hidden dataset.
 */
export function visibleDatasets(knex: Knex, viewer: Viewer, statuses: readonly DatasetStatus[] = listedStatuses): Knex.QueryBuilder {
  return knex('datasets')
    .join('spokes', 'spokes.id', 'datasets.spoke_id')
    .where('spokes.configured', true)
    .whereRaw('datasets.status = any(?)', [[...statuses]])
    .where((seen) => {
      seen.where('datasets.access', 'OPEN').orWhere('datasets.listing', 'PUBLIC')
      if (viewer.organisation === undefined) return
      seen.orWhereRaw(`(datasets.access = 'SHARED' and ? = any(datasets.shared_with))`, [viewer.organisation])
    })
}

/** Of these, the datasets whose open columns the viewer may read: mayRead of connector/may-read.ts, for the database. */
export function readableDatasets(knex: Knex, viewer: Viewer): Knex.QueryBuilder {
  return visibleDatasets(knex, viewer).where((read) => {
    read.where('datasets.access', 'OPEN')
    if (viewer.organisation !== undefined)
      read.orWhereRaw(`(datasets.access = 'SHARED' and ? = any(datasets.shared_with))`, [viewer.organisation])
  })
}

/**
 * Whether the viewer may read every problem of a spoke's harvests. Problems name records that may never have become datasets, so only
 * operators of the hub and the spoke's own organisation may.
 */
export function seesEveryProblem(viewer: Viewer, organisationId: string): boolean {
  return viewer.scopes.includes('hub:operate') || viewer.organisation === organisationId
}
