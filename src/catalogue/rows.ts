import type { ColumnProfile } from '../connector/profile.js'
import type { Access, ForeignKey, Licence, Listing } from '../connector/catalogue.js'
import type { ColumnType, Sensitivity } from '../connector/column.js'

/** An organisation of the configuration. */
export interface OrganisationRow {
  id: string
  name: string
  gss: string | null
}

/** A spoke of the configuration. */
export interface SpokeRow {
  id: string
  organisationId: string
  title: string
  connector: string
}

/** ACTIVE: the source has it. MISSING: a complete crawl did not find it. ARCHIVED: it stayed missing beyond the days of grace. */
export const datasetStatuses = ['ACTIVE', 'MISSING', 'ARCHIVED'] as const
/** One of the statuses. */
export type DatasetStatus = (typeof datasetStatuses)[number]

/** A dataset in the catalogue. */
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
  /** When its description last changed. */
  updatedAt: Date
}

/** A distribution in the catalogue. */
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

/** A table in the catalogue. */
export interface TableRow {
  /** `camden/libraries/libraries` */
  id: string
  datasetId: string
  name: string
  title: string
  rowCount: number | null
  /** Whether its spoke counts its rows for this viewer: a CLOSED table of the viewer's own organisation. */
  isCountedBySpoke?: boolean
  version: string | null
  /** Column names; empty if the source reports no key. */
  primaryKey: string[]
  /** References to tables of the same spoke, by `dataset/table`. */
  foreignKeys: ForeignKey[]
  /** The first hundred problems. */
  problems: string[]
}

/** A column in the catalogue, without its profile. */
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

/** The published profile of a column: only for an open table, and only if the column does not identify people. */
export interface ColumnProfileRow {
  tableId: string
  position: number
  profile: ColumnProfile
}

/**
 * PARTIAL: something could not be read. FAILED: nothing could, or the run was stopped. HELD: too much would have been removed, so nothing
 * was.
 */
export type HarvestStatus = 'RUNNING' | 'COMPLETE' | 'PARTIAL' | 'FAILED' | 'HELD'

/** A harvest of one spoke, and what it changed. */
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
  /** Why it failed, or is not COMPLETE. Strangers are told it without numbers of datasets (told-harvest.ts). */
  error: string | null
}

/** A record of a source that could not be read. */
export interface HarvestProblemRow {
  /** The source's own id of the record; null if it has none or the viewer may not see it. */
  sourceId: string | null
  message: string
}

/** For knex's `select`: the column of each property of a row. */
type Selection<Row> = Readonly<Record<keyof Row, string>>

/** Organisations' columns, for `select`. */
export const organisationSelection: Selection<OrganisationRow> = {
  id: 'organisations.id',
  name: 'organisations.name',
  gss: 'organisations.gss',
}

/** Spokes' columns, for `select`. */
export const spokeSelection: Selection<SpokeRow> = {
  id: 'spokes.id',
  organisationId: 'spokes.organisation_id',
  title: 'spokes.title',
  connector: 'spokes.connector',
}

/** Datasets' columns, for `select`, with `spokes` joined. */
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

/** Distributions' columns, for `select`. */
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

/** Without `problems`, which are many for a table that reads badly, and are therefore loaded apart. */
export const tableSelection: Selection<Omit<TableRow, 'problems' | 'isCountedBySpoke'>> = {
  id: 'tables.id',
  datasetId: 'tables.dataset_id',
  name: 'tables.name',
  title: 'tables.title',
  rowCount: 'tables.row_count',
  version: 'tables.version',
  primaryKey: 'tables.primary_key',
  foreignKeys: 'tables.foreign_keys',
}

/** The columns of a column, without its profile, for `select`. */
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

/** Harvest runs' columns, for `select`. */
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
