import type { Knex } from 'knex'
import type { Access, Listing } from '../connector/catalogue.js'
import { BadUserInput } from '../errors.js'
import type { Viewer } from '../identity/viewer.js'
import { type ColumnRow, type DatasetStatus } from './rows.js'
import { visibleDatasets } from './visibility.js'

/** A table with all that binding and authorising a query need to know of it. */
export interface QueryTable {
  id: string
  datasetId: string
  spokeId: string
  organisationId: string
  name: string
  title: string
  rowCount: number | null
  version: string | null
  access: Access
  sharedWith: string[]
  listing: Listing
  status: DatasetStatus
  /** As published. */
  columns: Omit<ColumnRow, 'tableId' | 'title' | 'description'>[]
}

/**
 * The tables of these ids that the viewer sees, in no particular order, in one statement. An id that is hidden, unknown or named twice adds
 * nothing.
 * @throws BadUserInput for more than 500 ids.
 */
export async function tablesForQuery(knex: Knex, viewer: Viewer, ids: readonly string[]): Promise<QueryTable[]> {
  if (ids.length > 500) throw new BadUserInput('A query can name at most 500 tables.')
  const known = ids.filter((id) => id.length <= 500 && !id.includes('\0'))
  if (known.length === 0) return []
  return visibleDatasets(knex, viewer)
    .join('tables', 'tables.dataset_id', 'datasets.id')
    .whereRaw('tables.id = any(?)', [known])
    .select({
      id: 'tables.id',
      datasetId: 'datasets.id',
      spokeId: 'datasets.spoke_id',
      organisationId: 'spokes.organisation_id',
      name: 'tables.name',
      title: 'tables.title',
      rowCount: 'tables.row_count',
      version: 'tables.version',
      access: 'datasets.access',
      sharedWith: 'datasets.shared_with',
      listing: 'datasets.listing',
      status: 'datasets.status',
      columns: knex.raw(`(
        select coalesce(json_agg(json_build_object('position', position, 'name', name, 'type', type, 'scale', scale,
          'semanticType', semantic_type, 'nullable', nullable, 'unit', unit, 'sensitivity', sensitivity) order by position), '[]')
        from columns where columns.table_id = tables.id)`),
    })
}
