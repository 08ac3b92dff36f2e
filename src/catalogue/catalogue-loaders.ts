import type { Knex } from 'knex'
import type { Viewer } from '../identity/viewer.js'
import { type DatasetPage, type DatasetPageArguments, datasetPage } from './dataset-page.js'
import { createLoader, type Loader, type MemoryOf } from './loader.js'
import { listByKeyWith, oneByKeyWith } from './lookup.js'
import { type QueryTable, tablesForQuery } from './tables-for-query.js'
import { loadProblems, type ProblemsKey } from './harvest-problems.js'
import {
  type ColumnProfileRow,
  type ColumnRow,
  columnSelection,
  type DatasetRow,
  datasetSelection,
  datasetStatuses,
  type DistributionRow,
  distributionSelection,
  type HarvestProblemRow,
  type HarvestRunRow,
  type OrganisationRow,
  organisationSelection,
  type SpokeRow,
  spokeSelection,
  type TableRow,
  tableSelection,
} from './rows.js'
import { type JudgedHarvest, judgedHarvestSelection, toldHarvest } from './told-harvest.js'
import { guardSelection, toldDistribution, toldTable } from './told.js'
import { visibleDatasets } from './visibility.js'

/** Reads the catalogue for one request of one viewer. Hidden and missing things look the same: null, or an empty list. */
export interface CatalogueLoaders {
  readonly organisation: Loader<string, OrganisationRow | null>
  readonly spoke: Loader<string, SpokeRow | null>
  /** ARCHIVED datasets are left out. */
  readonly dataset: Loader<string, DatasetRow | null>
  /** Tables of ARCHIVED datasets are left out. */
  readonly table: Loader<string, TableRow | null>
  readonly tablesOfDataset: Loader<string, TableRow[]>
  readonly columnsOfTable: Loader<string, ColumnRow[]>
  readonly profilesOfTable: Loader<string, ColumnProfileRow[]>
  readonly distributionsOfDataset: Loader<string, DistributionRow[]>
  /** In the order of the configuration. */
  readonly spokesOfOrganisation: Loader<string, SpokeRow[]>
  readonly lastHarvestOfSpoke: Loader<string, HarvestRunRow | null>
  readonly problemsOfRun: Loader<ProblemsKey, HarvestProblemRow[]>
  readonly datasetPage: Loader<DatasetPageArguments, DatasetPage>
  /** With all that a query needs; tables of ARCHIVED datasets are left out. */
  readonly tableForQuery: Loader<string, QueryTable | null>
}

/**
 * Each loader reads the keys of one tick in one statement, and remembers the results. So make new loaders for each request, or give them a
 * memory that is emptied when the catalogue changes; harvests are never kept in it.
 */
export function createCatalogueLoaders(knex: Knex, viewer: Viewer, memoryOf: MemoryOf = () => new Map()): CatalogueLoaders {
  const oneByKey = oneByKeyWith(memoryOf)
  const listByKey = listByKeyWith(memoryOf)
  const everyStatus = () => visibleDatasets(knex, viewer, datasetStatuses)
  const guard = guardSelection(knex)
  const tableColumns = [tableSelection, guard, knex.raw('tables.problems[1:100] as problems')]
  const configuredSpokes = () => knex('spokes').where({ configured: true })
  return {
    organisation: oneByKey<OrganisationRow>(
      ({ id }) => id,
      (ids) =>
        knex('organisations')
          .whereIn('id', configuredSpokes().select('organisation_id'))
          .whereRaw('id = any(?)', [ids])
          .select(organisationSelection),
    ),
    spoke: oneByKey<SpokeRow>(
      ({ id }) => id,
      (ids) => configuredSpokes().whereRaw('id = any(?)', [ids]).select(spokeSelection),
    ),
    dataset: oneByKey<DatasetRow>(
      ({ id }) => id,
      (ids) => visibleDatasets(knex, viewer).whereRaw('datasets.id = any(?)', [ids]).select(datasetSelection),
    ),
    table: oneByKey(
      ({ id }: TableRow) => id,
      (ids) =>
        withTables(visibleDatasets(knex, viewer))
          .whereRaw('tables.id = any(?)', [ids])
          .select(...tableColumns),
      toldTable(viewer.organisation),
    ),
    tablesOfDataset: listByKey(
      ({ datasetId }: TableRow) => datasetId,
      (ids) =>
        withTables(everyStatus())
          .whereRaw('tables.dataset_id = any(?)', [ids])
          .orderBy('tables.position')
          .select(...tableColumns),
      toldTable(viewer.organisation),
    ),
    columnsOfTable: listByKey<ColumnRow>(
      ({ tableId }) => tableId,
      (ids) =>
        withTables(everyStatus())
          .join('columns', 'columns.table_id', 'tables.id')
          .whereRaw('columns.table_id = any(?)', [ids])
          .orderBy('columns.position')
          .select(columnSelection),
    ),
    profilesOfTable: listByKey<ColumnProfileRow>(
      ({ tableId }) => tableId,
      (ids) =>
        withTables(everyStatus())
          .join('columns', 'columns.table_id', 'tables.id')
          .whereRaw('columns.table_id = any(?)', [ids])
          .where({ 'datasets.access': 'OPEN', 'columns.sensitivity': 'NONE' })
          .whereNotNull('columns.profile')
          .select({ tableId: 'columns.table_id', position: 'columns.position', profile: 'columns.profile' }),
    ),
    distributionsOfDataset: listByKey(
      ({ datasetId }: DistributionRow) => datasetId,
      (ids) =>
        everyStatus()
          .join('distributions', 'distributions.dataset_id', 'datasets.id')
          .whereRaw('distributions.dataset_id = any(?)', [ids])
          .orderBy('distributions.position')
          .select(distributionSelection, guard),
      toldDistribution(viewer.organisation),
    ),
    spokesOfOrganisation: listByKey<SpokeRow>(
      ({ organisationId }) => organisationId,
      (ids) => configuredSpokes().whereRaw('organisation_id = any(?)', [ids]).orderBy('position').select(spokeSelection),
    ),
    ...createHarvestLoaders(knex, viewer),
    datasetPage: createLoader<DatasetPageArguments, DatasetPage>(
      (pages) => Promise.all(pages.map((given) => datasetPage(knex, viewer, given))),
      memoryOf(),
      JSON.stringify,
    ),
    tableForQuery: oneByKey<QueryTable>(
      ({ id }) => id,
      (ids) => tablesForQuery(knex, viewer, ids),
    ),
  }
}

/** Reads harvest runs for one request of one viewer. */
export function createHarvestLoaders(knex: Knex, viewer: Viewer): Pick<CatalogueLoaders, 'lastHarvestOfSpoke' | 'problemsOfRun'> {
  return {
    lastHarvestOfSpoke: oneByKeyWith(() => new Map())<HarvestRunRow, JudgedHarvest>(
      ({ spokeId }) => spokeId,
      (ids) =>
        knex('harvest_runs')
          .join('spokes', 'spokes.id', 'harvest_runs.spoke_id')
          .where('spokes.configured', true)
          .whereIn('harvest_runs.id', latestRuns(knex, ids))
          .select(judgedHarvestSelection(knex, viewer)),
      toldHarvest,
    ),
    problemsOfRun: createLoader<ProblemsKey, HarvestProblemRow[]>(
      (keys) => loadProblems(knex, viewer, keys),
      new Map(),
      ({ runId, first }) => `${runId} ${first}`,
    ),
  }
}

const withTables = (datasets: Knex.QueryBuilder) => datasets.join('tables', 'tables.dataset_id', 'datasets.id')

const latestRuns = (knex: Knex, spokeIds: string[]) =>
  knex('harvest_runs').whereRaw('spoke_id = any(?)', [spokeIds]).groupBy('spoke_id').max('id')
