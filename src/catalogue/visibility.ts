import type { Knex } from 'knex'
import type { Access, Listing } from '../connector/catalogue.js'
import type { Viewer } from '../identity/viewer.js'
import type { DatasetStatus } from './rows.js'

/** The statuses that are listed by default. */
const listedStatuses: readonly DatasetStatus[] = ['ACTIVE', 'MISSING']

/** Whether everybody learns that a dataset exists. */
export function isListedToAll({ access, listing }: { readonly access: Access; readonly listing: Listing }): boolean {
  return access === 'OPEN' || listing === 'PUBLIC'
}

/**
 * The only place that decides whether a viewer learns that a dataset exists. Every read starts from this query: `datasets` joined to
 * configured `spokes`, without datasets hidden from the viewer. So tables, counts and suggestions cannot reveal a hidden dataset. An
 * organisation knows of all its own, and of what it may have under an agreement.
 */
export function visibleDatasets(knex: Knex, viewer: Viewer, statuses: readonly DatasetStatus[] = listedStatuses): Knex.QueryBuilder {
  return knex('datasets')
    .join('spokes', 'spokes.id', 'datasets.spoke_id')
    .where('spokes.configured', true)
    .whereRaw('datasets.status = any(?)', [[...statuses]])
    .where((seen) => {
      seen.where('datasets.access', 'OPEN').orWhere('datasets.listing', 'PUBLIC')
      if (viewer.organisation === undefined) return
      seen.orWhere('spokes.organisation_id', viewer.organisation)
      seen.orWhereRaw(`(datasets.access = 'SHARED' and ? = any(datasets.shared_with))`, [viewer.organisation])
      seen.orWhereRaw(underAgreement, [viewer.organisation])
    })
}

/** Whether an agreement that stands now lets an organisation have something of a dataset. */
const underAgreement = `exists (select 1 from agreement_tables join agreements on agreements.id = agreement_tables.agreement
  where agreement_tables.dataset_id = datasets.id and agreements.state = 'AGREED' and agreements.kind = 'DISCLOSURE'
  and agreements.recipients @> array[?] and now() >= agreements.valid_from and now() < agreements.valid_until)`

/** Of these, the datasets of which the viewer may read something: readableBy of connector/may-read.ts, for the database. */
export function readableDatasets(knex: Knex, viewer: Viewer): Knex.QueryBuilder {
  return visibleDatasets(knex, viewer).where((read) => {
    read.where('datasets.access', 'OPEN')
    if (viewer.organisation === undefined) return
    read.orWhere('spokes.organisation_id', viewer.organisation)
    read.orWhereRaw(`(datasets.access = 'SHARED' and ? = any(datasets.shared_with))`, [viewer.organisation])
  })
}

/**
 * Whether the viewer may be told all of a spoke's harvests, with `spokes` joined, for `select`. They count hidden datasets, and their
 * problems name records that may never have become datasets, so only operators of the hub and the spoke's own organisation may.
 */
export function seesWholeHarvest(knex: Knex, viewer: Viewer): Knex.Raw {
  return knex.raw('(? or coalesce(spokes.organisation_id = ?, false))', [
    viewer.scopes.includes('hub:operate'),
    viewer.organisation ?? null,
  ])
}

/** Whether a viewer may have a spoke harvested: operators may, and the spoke's own organisation, but not past the guard against shrinking. */
export async function mayHarvest(
  knex: Knex,
  { scopes, organisation }: Viewer,
  { spokeId, allowShrink }: { spokeId: string; allowShrink: boolean },
): Promise<boolean> {
  if (scopes.includes('hub:operate')) return true
  if (organisation === undefined || allowShrink) return false
  return (await knex('spokes').where({ id: spokeId, organisation_id: organisation, configured: true }).first('id')) !== undefined
}
