import type { Access, Licence, Listing } from '../connector/catalogue.js'
import type { ColumnType, Sensitivity } from '../connector/column.js'

export interface OrganisationRow {
  id: string
  name: string
  gss: string | null
}

export interface SpokeRow {
  id: string
  organisationId: string
  title: string
  connector: string
}

export const datasetStatuses = ['ACTIVE', 'MISSING', 'ARCHIVED'] as const
export type DatasetStatus = (typeof datasetStatuses)[number]

export interface DatasetRow {
  /** `camden/libraries` */
  id: string
  spokeId: string
  organisationId: string
  title: string
  description: string | null
  licence: Licence | null
  themes: string[]
  keywords: string[]
  access: Access
  sharedWith: string[]
  listing: Listing
  issued: Date | null
  modified: Date | null
  frequency: string | null
  landingPage: string | null
  status: DatasetStatus
  firstSeen: Date
  lastSeen: Date
  /** When its description was last found changed. */
  updatedAt: Date
}

export interface DistributionRow {
  /** `camden/libraries/csv` */
  id: string
  datasetId: string
  title: string | null
  format: string | null
  mediaType: string | null
  accessUrl: string | null
  downloadUrl: string | null
  /** Bytes. */
  byteSize: number | null
  checksum: string | null
  modified: Date | null
}

export interface TableRow {
  /** `camden/libraries/libraries` */
  id: string
  datasetId: string
  name: string
  title: string
  rowCount: number | null
  version: string | null
  /** The first hundred. */
  problems: string[]
}

export interface ColumnRow {
  tableId: string
  /** From 0, as published. */
  position: number
  name: string
  title: string
  type: ColumnType
  scale: number | null
  semanticType: string | null
  nullable: boolean
  description: string | null
  unit: string | null
  sensitivity: Sensitivity
}

type HarvestStatus = 'RUNNING' | 'COMPLETE' | 'PARTIAL' | 'FAILED' | 'HELD'

export interface HarvestRunRow {
  id: number
  spokeId: string
  startedAt: Date
  finishedAt: Date | null
  status: HarvestStatus
  created: number
  updated: number
  unchanged: number
  removed: number
  failed: number
  /** Why it failed, in words for everybody. */
  error: string | null
}

export interface HarvestProblemRow {
  /** What the problem is about, by the source's own id; null where the viewer may not know, or nobody does. */
  sourceId: string | null
  message: string
}

/** For knex's `select`: each property of a row and the column that it is. */
type Selection<Row> = Readonly<Record<keyof Row, string>>

export const organisationSelection: Selection<OrganisationRow> = { id: 'organisations.id', name: 'organisations.name', gss: 'organisations.gss' }

export const spokeSelection: Selection<SpokeRow> = {
  id: 'spokes.id',
  organisationId: 'spokes.organisation_id',
  title: 'spokes.title',
  connector: 'spokes.connector',
}

export const datasetSelection: Selection<DatasetRow> = {
  id: 'datasets.id',
  spokeId: 'datasets.spoke_id',
  organisationId: 'spokes.organisation_id',
  title: 'datasets.title',
  description: 'datasets.description',
  licence: 'datasets.licence',
  themes: 'datasets.themes',
  keywords: 'datasets.keywords',
  access: 'datasets.access',
  sharedWith: 'datasets.shared_with',
  listing: 'datasets.listing',
  issued: 'datasets.issued',
  modified: 'datasets.modified',
  frequency: 'datasets.frequency',
  landingPage: 'datasets.landing_page',
  status: 'datasets.status',
  firstSeen: 'datasets.first_seen',
  lastSeen: 'datasets.last_seen',
  updatedAt: 'datasets.updated_at',
}

export const distributionSelection: Selection<DistributionRow> = {
  id: 'distributions.id',
  datasetId: 'distributions.dataset_id',
  title: 'distributions.title',
  format: 'distributions.format',
  mediaType: 'distributions.media_type',
  accessUrl: 'distributions.access_url',
  downloadUrl: 'distributions.download_url',
  byteSize: 'distributions.byte_size',
  checksum: 'distributions.checksum',
  modified: 'distributions.modified',
}

/** `problems` apart: of a table that reads badly it is bounded. */
export const tableSelection: Selection<Omit<TableRow, 'problems'>> = {
  id: 'tables.id',
  datasetId: 'tables.dataset_id',
  name: 'tables.name',
  title: 'tables.title',
  rowCount: 'tables.row_count',
  version: 'tables.version',
}

export const columnSelection: Selection<ColumnRow> = {
  tableId: 'columns.table_id',
  position: 'columns.position',
  name: 'columns.name',
  title: 'columns.title',
  type: 'columns.type',
  scale: 'columns.scale',
  semanticType: 'columns.semantic_type',
  nullable: 'columns.nullable',
  description: 'columns.description',
  unit: 'columns.unit',
  sensitivity: 'columns.sensitivity',
}

export const harvestRunSelection: Selection<HarvestRunRow> = {
  id: 'harvest_runs.id',
  spokeId: 'harvest_runs.spoke_id',
  startedAt: 'harvest_runs.started_at',
  finishedAt: 'harvest_runs.finished_at',
  status: 'harvest_runs.status',
  created: 'harvest_runs.created',
  updated: 'harvest_runs.updated',
  unchanged: 'harvest_runs.unchanged',
  removed: 'harvest_runs.removed',
  failed: 'harvest_runs.failed',
  error: 'harvest_runs.error',
}
