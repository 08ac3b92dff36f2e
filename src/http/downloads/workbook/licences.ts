import type { CatalogueLoaders } from '../../../catalogue/catalogue-loaders.js'
import type { AboutFacts } from './about.js'

/** The licences of these tables' datasets, where the catalogue knows them. @param tables ids of tables. */
export async function licencesOf({ table, dataset }: CatalogueLoaders, tables: readonly string[]): Promise<AboutFacts['licences']> {
  const found = await table.loadAll(tables)
  const datasets = await dataset.loadAll([...new Set(found.flatMap((row) => (row === null ? [] : [row.datasetId])))])
  return datasets.flatMap((row) => (row?.licence ? [{ dataset: row.id, licence: row.licence }] : []))
}
