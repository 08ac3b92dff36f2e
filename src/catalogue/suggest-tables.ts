import { suggestionList } from 'graphql/jsutils/suggestionList.js'
import type { Knex } from 'knex'
import type { Viewer } from '../identity/viewer.js'
import { visibleDatasets } from './visibility.js'

/** So many ids are compared; a spoke that has more is compared in part. */
const candidatesMax = 1000

/** Up to three ids near to one that is unknown, nearest first, of tables that the viewer sees: of the spoke it names, else of any. */
export async function suggestTables(knex: Knex, viewer: Viewer, id: string): Promise<string[]> {
  if (id.length > 200 || id.includes('\0')) return []
  const [spoke] = id.split('/', 1)
  const candidates = () => visibleDatasets(knex, viewer).join('tables', 'tables.dataset_id', 'datasets.id').orderBy('tables.id').limit(candidatesMax)
  let ids: string[] = await candidates().where('datasets.spoke_id', spoke ?? '').pluck('tables.id')
  if (ids.length === 0) ids = await candidates().pluck('tables.id')
  return suggestionList(id, ids).slice(0, 3)
}
