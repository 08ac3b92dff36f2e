import type { QueryTable } from '../../catalogue/tables-for-query.js'
import { Pace } from '../../connector/next-turn.js'
import type { Relation } from '../../connector/relation.js'
import { pushFilters } from '../../connector/push-filters.js'
import { sourceOf, sourceSides } from '../../connector/source-sides.js'
import { scansOf } from '../../connector/traverse.js'
import type { AuthorisedQuery } from '../3-authorise/authorise.js'
import { estimateRows } from './estimate.js'
import { fragmentsOf, runsWhole } from './fragments.js'
import type { PhysicalPlan, PlanFragment, PlanSource } from './physical-plan.js'
import { refuseHugeJoins } from './refuse-huge-joins.js'
import { aggregateBelowJoins } from './rewrite/aggregate-below-joins.js'
import { breakTies } from './rewrite/break-ties.js'
import { placeLimits } from './rewrite/place-limits.js'
import { pruneColumns } from './rewrite/prune-columns.js'
import { pushProjections } from './rewrite/push-projections.js'
import { splitAggregates } from './rewrite/split-aggregates.js'
import { unionBySource } from './rewrite/union-by-source.js'
import { statisticsOf } from './table-statistics.js'

/**
 * Stage 4: splits a query into fragments, each as large as its source can run, and the residual that the hub runs over their answers. Pure,
 * but it lets others have their turn between passes over a large tree. Rewrites that keep the answer transform the query's tree, which is
 * then cut at the borders between sources.
 * @throws RESULT_TOO_LARGE for a join of very many rows, and BAD_USER_INPUT for a deep page of several sources without an order.
 */
export async function plan(query: AuthorisedQuery, sources: ReadonlyMap<string, PlanSource>): Promise<PhysicalPlan> {
  const sides = sourceSides(
    ({ table }) => (query.tables.get(table) as QueryTable).spokeId,
    (spoke) => (sources.get(spoke) as PlanSource).capabilities,
  )
  const isCut = (relation: Relation) => sourceOf(relation, sides) === undefined
  const statistics = new Map([...query.tables].map(([id, table]) => [id, statisticsOf(table)]))
  const rowsOf = (relation: Relation) => estimateRows(relation, statistics)
  const isWorthIt = (partial: Relation, rows: Relation) => areFew(rowsOf(partial), rowsOf(rows))

  const runs = (relation: Relation) => {
    const spoke = sourceOf(relation, sides)
    return spoke !== undefined && runsWhole(relation, spoke, sources.get(spoke) as PlanSource)
  }

  const pace = new Pace()
  const cells = query.columns.length * scansOf(query.relation).length
  const rewritten = async (relation: Relation, passes: readonly ((relation: Relation) => Relation)[]): Promise<Relation> => {
    let result = relation
    for (const pass of passes) {
      await pace.before(cells)
      result = pass(result)
    }
    return result
  }

  const logical = await rewritten(query.relation, [pruneColumns, breakTies])
  refuseHugeJoins(logical, statistics)
  const placed = await rewritten(logical, [
    (relation) => unionBySource(relation, sides),
    (relation) => pushFilters(relation, (filter) => sourceOf(filter, sides) !== undefined),
    (relation) => aggregateBelowJoins(relation, { isCut, runs, isWorthIt, rowsOf }),
    (relation) => splitAggregates(relation, isCut, isWorthIt),
    (relation) => pushProjections(relation, isCut),
    (relation) => placeLimits(relation, isCut),
  ])

  const { fragments, residual, matches } = await fragmentsOf(placed, sides, query, sources, statistics)
  return {
    stages: stagesOf(fragments),
    residual,
    matches,
    outputs: query.outputs.map(({ name, shape }) => ({ name, shape })),
    limit: query.limit,
    logical,
  }
}

function stagesOf(fragments: readonly PlanFragment[]): PlanFragment[][] {
  const last = Math.max(0, ...fragments.map(({ stage }) => stage))
  return Array.from({ length: last + 1 }, (_, at) => fragments.filter(({ stage }) => stage === at))
}

/**
 * The largest share of groups to rows for which sources aggregate partially. With more groups than that, it costs the sources more than it
 * saves. Where either number is unknown they aggregate.
 */
const groupsWorthIt = 0.5

function areFew(groups: number | undefined, rows: number | undefined): boolean {
  return rows === undefined || groups === undefined || groups <= Math.max(1, rows * groupsWorthIt)
}
