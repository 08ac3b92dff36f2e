import type { Knex } from 'knex'
import { BadUserInput } from '../errors.js'
import type { Viewer } from '../identity/viewer.js'
import type { HarvestProblemRow } from './rows.js'
import { readableDatasets, seesEveryProblem } from './visibility.js'

/** @property first 0 to 100. */
export interface ProblemsKey {
  readonly runId: number
  readonly first: number
}

/**
 * The first problems of each run, in the order in which the source sent them. A problem with a record that the viewer may not read is still
 * listed, so that the counts agree, but without its name and message, which may count its rows.
 * @throws BadUserInput if `first` is not 0 to 100.
 */
export async function loadProblems(knex: Knex, viewer: Viewer, keys: readonly ProblemsKey[]): Promise<HarvestProblemRow[][]> {
  if (keys.some(({ first }) => !Number.isInteger(first) || first < 0 || first > 100))
    throw new BadUserInput('first has to be from 0 to 100.')
  const rows = (await knex('harvest_problems')
    .join('harvest_runs', 'harvest_runs.id', 'harvest_problems.run_id')
    .join('spokes', 'spokes.id', 'harvest_runs.spoke_id')
    .where('spokes.configured', true)
    .whereRaw('run_id = any(?)', [keys.map(({ runId }) => runId)])
    .where('harvest_problems.position', '<', Math.max(...keys.map(({ first }) => first)))
    .orderBy('harvest_problems.position')
    .select({
      runId: 'run_id',
      sourceId: 'source_id',
      message: 'message',
      organisationId: 'spokes.organisation_id',
      listed: knex.raw('harvest_problems.listed or coalesce(? in (?), false)', [
        knex.raw(`spokes.id || '/' || split_part(source_id, '/', 1)`),
        readableDatasets(knex, viewer).select('datasets.id'),
      ]),
    })) as (HarvestProblemRow & { runId: number; organisationId: string; listed: boolean })[]
  return keys.map(({ runId, first }) =>
    rows
      .filter((row) => row.runId === runId)
      .slice(0, first)
      .map(({ sourceId, message, organisationId, listed }) =>
        listed || seesEveryProblem(viewer, organisationId)
          ? { sourceId, message }
          : { sourceId: null, message: 'A record of this source could not be read.' },
      ),
  )
}
