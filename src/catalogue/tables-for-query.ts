import type { Knex } from 'knex'
import type { Access, Listing } from '../connector/catalogue.js'
import type { Viewer } from '../identity/viewer.js'
import { type ColumnRow, type DatasetStatus } from './rows.js'
import { visibleDatasets } from './visibility.js'

/** What a source reported about the values of a column; only if everybody may see it. */
export interface ColumnStatistics {
  readonly distinctCount: number
  /** The share of rows without a value. */
  readonly nullRatio: number
}

/** A table with everything that binding, authorising and planning a query need. */
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
  /** Whether its organisation may read its columns that identify people. */
  ownerReadsPersonal: boolean
  status: DatasetStatus
  /** As published. */
  columns: (Omit<ColumnRow, 'tableId' | 'title' | 'description'> & {
    statistics: ColumnStatistics | null
    /** Whether its dates were read day first although no value shows their order. */
    dayAssumed: boolean
    /** Whether its geometries, or some of them, are not in WGS84. */
    notWgs84: boolean
  })[]
}

/** The tables with these ids that the viewer may see, in no particular order. */
export function tablesForQuery(knex: Knex, viewer: Viewer, ids: string[]): Knex.QueryBuilder {
  return visibleDatasets(knex, viewer)
    .join('tables', 'tables.dataset_id', 'datasets.id')
    .whereRaw('tables.id = any(?)', [ids])
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
      ownerReadsPersonal: 'datasets.owner_reads_personal',
      status: 'datasets.status',
      columns: knex.raw(`(
        select coalesce(json_agg(json_build_object('position', position, 'name', name, 'type', type, 'scale', scale,
          'semanticType', semantic_type, 'nullable', nullable, 'unit', unit, 'sensitivity', sensitivity, 'dayAssumed', day_assumed, 'notWgs84', not_wgs84,
          'statistics', case when datasets.access = 'OPEN' and sensitivity = 'NONE' and profile->'distinctCount' is not null
            then json_build_object('distinctCount', profile->'distinctCount', 'nullRatio', profile->'nullRatio') end) order by position), '[]')
        from columns where columns.table_id = tables.id)`),
    })
}
