import type { Knex } from 'knex'
import { BadUserInput } from '../errors.js'
import type { Viewer } from '../identity/viewer.js'
import type { HarvestProblemRow } from './rows.js'
import { readableDatasets, seesWholeHarvest } from './visibility.js'

/** @property first 0 to 100. */
export interface ProblemsKey {
  readonly runId: number
  readonly first: number
}

/** Stands for all problems that a viewer is not told, however many there are: their number would count hidden datasets, or rows. */
const withheld: HarvestProblemRow = { sourceId: null, message: 'A record of this source could not be read.' }

/**
 * The problems of harvests, and whether the viewer is told each: of a record that everybody may know of, of a dataset that the viewer may
 * read, or of a spoke whose harvests the viewer may be told whole.
 */
function judgedProblems(knex: Knex, viewer: Viewer): Knex.QueryBuilder {
  return knex('harvest_problems')
    .join('harvest_runs', 'harvest_runs.id', 'harvest_problems.run_id')
    .join('spokes', 'spokes.id', 'harvest_runs.spoke_id')
    .where('spokes.configured', true)
    .select({
      runId: 'run_id',
      position: 'harvest_problems.position',
      sourceId: 'source_id',
      message: 'message',
      told: knex.raw('harvest_problems.listed or ? or coalesce(? in (?), false)', [
        seesWholeHarvest(knex, viewer),
        knex.raw(`spokes.id || '/' || split_part(source_id, '/', 1)`),
        readableDatasets(knex, viewer).select('datasets.id'),
      ]),
    })
}

/** How many problems of the harvest `harvest_runs.id` the viewer finds in their list, for `select`. */
export function problemsTold(knex: Knex, viewer: Viewer): Knex.QueryBuilder {
  return knex
    .from(judgedProblems(knex, viewer).as('judged'))
    .whereRaw('judged."runId" = harvest_runs.id')
    .select(knex.raw('(count(*) filter (where told) + coalesce(max((not told)::int), 0))::int'))
}

/**
 * The first problems of each run, in the order in which the source sent them, and last the one that stands for those that the viewer is not
 * told.
 * @throws BadUserInput if `first` is not 0 to 100.
 */
export async function loadProblems(knex: Knex, viewer: Viewer, keys: readonly ProblemsKey[]): Promise<HarvestProblemRow[][]> {
  if (keys.some(({ first }) => !Number.isInteger(first) || first < 0 || first > 100))
    throw new BadUserInput('first has to be from 0 to 100.')
  const judged = judgedProblems(knex, viewer).whereRaw('run_id = any(?)', [keys.map(({ runId }) => runId)])
  const placed = knex
    .from(judged.as('judged'))
    .select('*', knex.raw('row_number() over (partition by "runId", told order by position) as place'))
  const rows = (await knex
    .from(placed.as('placed'))
    .whereRaw('place <= case when told then ? else 1 end', [Math.max(...keys.map(({ first }) => first))])
    .orderBy([{ column: 'told', order: 'desc' }, 'position'])
    .select('runId', 'sourceId', 'message', 'told')) as (HarvestProblemRow & { runId: number; told: boolean })[]
  return keys.map(({ runId, first }) =>
    rows
      .filter((row) => row.runId === runId)
      .slice(0, first)
      .map(({ sourceId, message, told }) => (told ? { sourceId, message } : withheld)),
  )
}
