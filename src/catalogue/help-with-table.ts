import type { Knex } from 'knex'
import { didYouMean, nearNames } from '../connector/near-names.js'
import type { Viewer } from '../identity/viewer.js'
import { visibleDatasets } from './visibility.js'

/** So many ids before and after it in order are compared: all of a small catalogue, and in a large one those that begin alike. */
const neighboursMax = 500
/** Tables of a dataset that a text names. */
const namedMax = 10

/** What an id may mean that names no table. */
export interface TableHelp {
  /** Sentences that follow “There is no table …”; empty where nothing is like it. */
  readonly text: string
  /** The ids of tables in it, best first. */
  readonly suggestions: readonly string[]
}

/**
 * What an id that names no table may mean, of what the viewer may see: a dataset, a spoke, or a table of a similar id. The same is read
 * whatever exists, so that a hidden thing is answered as a missing one.
 */
export async function helpWithTable(knex: Knex, viewer: Viewer, given: string): Promise<TableHelp> {
  if (given.length > 200 || given.includes('\0')) return { text: '', suggestions: [] }
  // No id has capital letters.
  const id = given.toLowerCase()
  const tables = () => visibleDatasets(knex, viewer).join('tables', 'tables.dataset_id', 'datasets.id')
  const neighbours = (side: '<=' | '>', direction: 'asc' | 'desc'): Promise<string[]> =>
    tables().where('tables.id', side, id).orderBy('tables.id', direction).limit(neighboursMax).pluck('tables.id')
  // In binary order the digit 0 follows the slash.
  const within = tables()
    .where('tables.id', '>', `${id}/`)
    .where('tables.id', '<', `${id}0`)
    .orderBy('tables.id')
    .limit(namedMax + 1)
  const [before, after, inside, isDataset] = await Promise.all([
    neighbours('<=', 'desc'),
    neighbours('>', 'asc'),
    within.pluck<string[]>('tables.id'),
    visibleDatasets(knex, viewer).where('datasets.id', id).first<object | undefined>('datasets.id'),
  ])
  if (isDataset !== undefined) return { text: ` ${tablesText(id, inside)}`, suggestions: inside.slice(0, namedMax) }
  if (inside.length > 0 && !id.includes('/')) {
    const suggestions = inside.slice(0, 3)
    return { text: ` '${id}' is a spoke; the id of a table has three parts.${didYouMean(suggestions)}`, suggestions }
  }
  const suggestions = nearNames(given, [...before, ...after])
  return { text: didYouMean(suggestions), suggestions }
}

/** Which tables a dataset has, as a sentence that names at most ten. */
export function tablesText(dataset: string, tables: readonly string[]): string {
  if (tables.length === 0) return `'${dataset}' is a dataset without tables.`
  const named = tables.slice(0, namedMax).map((table) => `'${table}'`)
  const all = [...named, ...(tables.length > namedMax ? ['others'] : [])]
  if (all.length === 1) return `'${dataset}' is a dataset: its table is ${named[0]}.`
  return `'${dataset}' is a dataset: its tables are ${all.slice(0, -1).join(', ')} and ${all.at(-1)}.`
}
