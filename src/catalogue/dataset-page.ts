import type { Knex } from 'knex'
import { prepared } from '../database/prepared.js'
import { BadUserInput } from '../errors.js'
import type { Viewer } from '../identity/viewer.js'
import { cursorOf, idOfCursor } from './cursor.js'
import { type DatasetRow, datasetSelection, type DatasetStatus } from './rows.js'
import { visibleDatasets } from './visibility.js'

/** Which datasets a page lists, and where it begins. */
export interface DatasetPageArguments {
  /** Only datasets of these spokes; absent means all spokes, an empty list none. */
  readonly spokes?: readonly string[] | null | undefined
  /** Default: ACTIVE and MISSING. */
  readonly status?: readonly DatasetStatus[] | null | undefined
  /** Modified at its source after this time. */
  readonly modifiedAfter?: Date | null | undefined
  /** 0 to 100. */
  readonly first: number
  readonly after?: string | null | undefined
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
 * @throws BadUserInput if `first`, `after` or the number of spokes is out of bounds.
 */
export async function datasetPage(knex: Knex, viewer: Viewer, given: DatasetPageArguments): Promise<DatasetPage> {
  const { spokes, status, modifiedAfter, first, after } = given
  if (!Number.isInteger(first) || first < 0 || first > 100) throw new BadUserInput('first has to be from 0 to 100.')
  if ((spokes?.length ?? 0) > 1000) throw new BadUserInput('At most 1,000 spokes can be asked for at once.')
  // '' sorts before every id.
  const start = after === undefined || after === null ? '' : idOfCursor(after)

  const matching = () => {
    const query = visibleDatasets(knex, viewer, status ?? undefined)
    if (spokes !== undefined && spokes !== null)
      query.whereRaw('datasets.spoke_id = any(?)', [spokes.map((spoke) => spoke.replaceAll('\0', ''))])
    if (modifiedAfter !== undefined && modifiedAfter !== null) query.where('datasets.modified', '>', modifiedAfter)
    return query
  }
  const [nodes, counts] = (await Promise.all([
    prepared(matching().where('datasets.id', '>', start).orderBy('datasets.id').limit(first).select(datasetSelection)),
    prepared(matching().first({ total: knex.raw('count(*)'), rest: knex.raw('count(*) filter (where datasets.id > ?)', [start]) })),
  ])) as [DatasetRow[], { total: number; rest: number }]

  const edges = nodes.map((node) => ({ cursor: cursorOf(node.id), node }))
  return {
    nodes,
    edges,
    pageInfo: {
      hasNextPage: counts.rest > nodes.length,
      hasPreviousPage: counts.total > counts.rest,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    totalCount: counts.total,
  }
}
