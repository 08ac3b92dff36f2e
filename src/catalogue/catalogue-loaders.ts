import DataLoader from 'dataloader'
import type { Knex } from 'knex'
import type { Viewer } from '../identity/viewer.js'
import { listByKey, oneByKey } from './lookup.js'
import { loadProblems, type ProblemsKey } from './harvest-problems.js'
import {
  type ColumnRow, columnSelection, type DatasetRow, datasetSelection, datasetStatuses, type DistributionRow, distributionSelection,
  type HarvestProblemRow, type HarvestRunRow, harvestRunSelection, type OrganisationRow, organisationSelection, type SpokeRow, spokeSelection,
  type TableRow, tableSelection,
} from './rows.js'
import { visibleDatasets } from './visibility.js'

/** Reads of the catalogue for one request of one viewer. What is hidden or not there is null, or an empty list; the two do not differ. */
export interface CatalogueLoaders {
  readonly organisation: DataLoader<string, OrganisationRow | null>
  readonly spoke: DataLoader<string, SpokeRow | null>
  /** Not an ARCHIVED one. */
  readonly dataset: DataLoader<string, DatasetRow | null>
  /** Not of an ARCHIVED dataset. */
  readonly table: DataLoader<string, TableRow | null>
  readonly tablesOfDataset: DataLoader<string, TableRow[]>
  readonly columnsOfTable: DataLoader<string, ColumnRow[]>
  readonly distributionsOfDataset: DataLoader<string, DistributionRow[]>
  /** In the order of the configuration. */
  readonly spokesOfOrganisation: DataLoader<string, SpokeRow[]>
  readonly lastHarvestOfSpoke: DataLoader<string, HarvestRunRow | null>
  readonly problemsOfRun: DataLoader<ProblemsKey, HarvestProblemRow[], string>
}

/** Loaders remember what they loaded: make them anew for each request. Each loads the keys of a tick in one statement. */
export function createCatalogueLoaders(knex: Knex, viewer: Viewer): CatalogueLoaders {
  const everyStatus = () => visibleDatasets(knex, viewer, datasetStatuses)
  const tableColumns = [tableSelection, knex.raw('tables.problems[1:100] as problems')]
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
    spoke: oneByKey<SpokeRow>(({ id }) => id, (ids) => configuredSpokes().whereRaw('id = any(?)', [ids]).select(spokeSelection)),
    dataset: oneByKey<DatasetRow>(
      ({ id }) => id,
      (ids) => visibleDatasets(knex, viewer).whereRaw('datasets.id = any(?)', [ids]).select(datasetSelection),
    ),
    table: oneByKey<TableRow>(
      ({ id }) => id,
      (ids) => withTables(visibleDatasets(knex, viewer)).whereRaw('tables.id = any(?)', [ids]).select(...tableColumns),
    ),
    tablesOfDataset: listByKey<TableRow>(
      ({ datasetId }) => datasetId,
      (ids) => withTables(everyStatus()).whereRaw('tables.dataset_id = any(?)', [ids]).orderBy('tables.position').select(...tableColumns),
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
    distributionsOfDataset: listByKey<DistributionRow>(
      ({ datasetId }) => datasetId,
      (ids) =>
        everyStatus()
          .join('distributions', 'distributions.dataset_id', 'datasets.id')
          .whereRaw('distributions.dataset_id = any(?)', [ids])
          .orderBy('distributions.position')
          .select(distributionSelection),
    ),
    spokesOfOrganisation: listByKey<SpokeRow>(
      ({ organisationId }) => organisationId,
      (ids) => configuredSpokes().whereRaw('organisation_id = any(?)', [ids]).orderBy('position').select(spokeSelection),
    ),
    lastHarvestOfSpoke: oneByKey<HarvestRunRow>(
      ({ spokeId }) => spokeId,
      (ids) =>
        knex('harvest_runs')
          .whereIn('spoke_id', configuredSpokes().select('id'))
          .whereRaw('spoke_id = any(?)', [ids])
          .distinctOn('spoke_id')
          .orderBy([{ column: 'spoke_id' }, { column: 'id', order: 'desc' }])
          .select(harvestRunSelection),
    ),
    problemsOfRun: new DataLoader<ProblemsKey, HarvestProblemRow[], string>((keys) => loadProblems(knex, viewer, keys), {
      cacheKeyFn: ({ runId, first }) => `${runId} ${first}`,
    }),
  }
}

const withTables = (datasets: Knex.QueryBuilder) => datasets.join('tables', 'tables.dataset_id', 'datasets.id')
