import { suggestionList } from 'graphql/jsutils/suggestionList.js'
import type { Knex } from 'knex'
import type { Viewer } from '../identity/viewer.js'
import { visibleDatasets } from './visibility.js'

/** So many ids before and after it in order are compared: all of a small catalogue, and in a large one those that begin alike. */
const neighboursMax = 500

/** Up to three ids similar to an unknown one, nearest first, among the tables that the viewer may see. */
export async function suggestTables(knex: Knex, viewer: Viewer, id: string): Promise<string[]> {
  if (id.length > 200 || id.includes('\0')) return []
  const neighbours = (side: '<' | '>', direction: 'asc' | 'desc'): Promise<string[]> =>
    visibleDatasets(knex, viewer)
      .join('tables', 'tables.dataset_id', 'datasets.id')
      .where('tables.id', side, id)
      .orderBy('tables.id', direction)
      .limit(neighboursMax)
      .pluck('tables.id')
  const [before, after] = await Promise.all([neighbours('<', 'desc'), neighbours('>', 'asc')])
  return suggestionList(id, [...before, ...after]).slice(0, 3)
}
