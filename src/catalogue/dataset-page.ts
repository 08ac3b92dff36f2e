import type { Knex } from 'knex'
import { prepared } from '../database/prepared.js'
import { BadUserInput } from '../errors.js'
import type { Viewer } from '../identity/viewer.js'
import { cursorOf, idOfCursor } from './cursor.js'
import { addConditions, type DatasetConditions } from './dataset-conditions.js'
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

/** Datasets on a page, if the client does not say. */
const pageSize = 20

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
  const { size, backwards } = sizeOf(given)
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

function sizeOf({ first, last }: DatasetPageArguments): { size: number; backwards: boolean } {
  const backwards = last !== undefined && last !== null
  // Whether the client gave the default itself is not told here.
  if (backwards && (first ?? pageSize) !== pageSize)
    throw new BadUserInput('first and last do not stand together: give first to go on, last to go back.', { inputPath: ['last'] })
  const size = last ?? first ?? pageSize
  const name = backwards ? 'last' : 'first'
  if (!Number.isInteger(size) || size < 0 || size > 100) throw new BadUserInput(`${name} has to be from 0 to 100.`, { inputPath: [name] })
  return { size, backwards }
}

/** Kept prepared, unless it has one of the conditions that would make too many forms of it. */
function kept({ organisations, themes, keywords, formats, licences }: DatasetPageArguments, query: Knex.QueryBuilder): Knex.QueryBuilder {
  const isRare = [organisations, themes, keywords, formats, licences].some((values) => values !== undefined && values !== null)
  return isRare ? query : prepared(query)
}
