import { suggestionList } from 'graphql/jsutils/suggestionList.js'
import type { Knex } from 'knex'
import type { Viewer } from '../identity/viewer.js'
import { visibleDatasets } from './visibility.js'

/** So many ids on either side, in their order, are compared: all of a small catalogue, and of a large one what begins alike. */
const neighboursMax = 500

/** Up to three ids near to one that is unknown, nearest first, of tables that the viewer sees. */
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
