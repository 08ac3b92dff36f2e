import type { Knex } from 'knex'
import type { Viewer } from '../identity/viewer.js'
import type { DatasetStatus } from './rows.js'

/** What is listed where nobody asks for a status. */
const listedStatuses: readonly DatasetStatus[] = ['ACTIVE', 'MISSING']

/**
 * The one place that says who learns that a dataset exists, as the start of every read: `datasets` joined to their configured `spokes`, and
 * no dataset that the viewer may not see. What is read through it (tables, counts, suggestions) cannot tell of a hidden one.
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

/**
 * Whether the viewer may read every problem of a spoke's harvests, which name records that may never have become datasets: the hub's
 * operators and the spoke's own organisation.
 */
export function seesEveryProblem(viewer: Viewer, organisationId: string): boolean {
  return viewer.scopes.includes('hub:operate') || viewer.organisation === organisationId
}
