import type { Knex } from 'knex'
import { prepared } from '../database/prepared.js'
import type { Viewer } from '../identity/viewer.js'
import { cursorOf, idOfCursor } from './cursor.js'
import { addConditions, type DatasetConditions } from './dataset-conditions.js'
import { pageSizeOf } from './page-size.js'
import { type DatasetRow, datasetSelection } from './rows.js'
import { visibleDatasets } from './visibility.js'

/** Which datasets a page lists, and where it lies: the first so many after a cursor, or the last so many before one. */
export interface DatasetPageArguments extends DatasetConditions {
  /** 0 to 100, by default 20; `last` stands in its place. */
  readonly first?: number | null | undefined
  readonly after?: string | null | undefined
  /** 0 to 100. */
  readonly last?: number | null | undefined
  readonly before?: string | null | undefined
}

/** A page in the shape of a Cursor Connection: https://relay.dev/graphql/connections.htm */
export interface DatasetPage {
  nodes: DatasetRow[]
  edges: { cursor: string; node: DatasetRow }[]
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null }
  totalCount: number
}

/**
 * The datasets that the viewer may see, by id in binary order, in two statements however many there are.
 * @throws BadUserInput if `first`, `last`, a cursor or the length of a condition's list is out of bounds.
 */
export async function datasetPage(knex: Knex, viewer: Viewer, given: DatasetPageArguments): Promise<DatasetPage> {
  const { size, backwards } = pageSizeOf(given)
  // '' sorts before every id, and '~' after.
  const after = given.after === undefined || given.after === null ? '' : idOfCursor(given.after, 'after')
  const before = given.before === undefined || given.before === null ? '~' : idOfCursor(given.before, 'before')
  const matching = () => addConditions(visibleDatasets(knex, viewer, given.status ?? undefined), given)
  const [found, counts] = (await Promise.all([
    kept(
      given,
      matching()
        .where('datasets.id', '>', after)
        .where('datasets.id', '<', before)
        .orderBy('datasets.id', backwards ? 'desc' : 'asc')
        .limit(size)
        .select(datasetSelection),
    ),
    kept(
      given,
      matching().first({
        total: knex.raw('count(*)'),
        earlier: knex.raw('count(*) filter (where datasets.id <= ?)', [after]),
        later: knex.raw('count(*) filter (where datasets.id >= ?)', [before]),
      }),
    ),
  ])) as [DatasetRow[], { total: number; earlier: number; later: number }]

  const nodes = backwards ? found.reverse() : found
  const edges = nodes.map((node) => ({ cursor: cursorOf(node.id), node }))
  const isRest = Math.max(0, counts.total - counts.earlier - counts.later) > nodes.length
  return {
    nodes,
    edges,
    pageInfo: {
      hasNextPage: counts.later > 0 || (isRest && !backwards),
      hasPreviousPage: counts.earlier > 0 || (isRest && backwards),
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    totalCount: counts.total,
  }
}

/** Kept prepared, unless it has one of the conditions that would make too many forms of it. */
function kept({ organisations, themes, keywords, formats, licences }: DatasetPageArguments, query: Knex.QueryBuilder): Knex.QueryBuilder {
  const isRare = [organisations, themes, keywords, formats, licences].some((values) => values !== undefined && values !== null)
  return isRare ? query : prepared(query)
}
