import type { QueryTable } from '../../catalogue/tables-for-query.js'
import type { Relation } from '../../connector/relation.js'
import { pushFilters } from '../../connector/push-filters.js'
import { sourceOf, sourceSides } from '../../connector/source-sides.js'
import type { AuthorisedQuery } from '../3-authorise/authorise.js'
import { estimateRows } from './estimate.js'
import { fragmentsOf } from './fragments.js'
import type { PhysicalPlan, PlanSource } from './physical-plan.js'
import { breakTies } from './rewrite/break-ties.js'
import { placeLimits } from './rewrite/place-limits.js'
import { pruneColumns } from './rewrite/prune-columns.js'
import { pushProjections } from './rewrite/push-projections.js'
import { splitAggregates } from './rewrite/split-aggregates.js'
import { unionBySource } from './rewrite/union-by-source.js'
import { statisticsOf } from './table-statistics.js'

/**
 * Stage 4: splits a query into fragments, each as large as its source can run, and the residual that the hub runs over their answers. Pure.
 * Rewrites that keep the answer transform the query's tree, which is then cut at the borders between sources.
 * @throws BAD_USER_INPUT for a deep page of several sources without an order.
 */
export function plan(query: AuthorisedQuery, sources: ReadonlyMap<string, PlanSource>): PhysicalPlan {
  const sides = sourceSides(
    ({ table }) => (query.tables.get(table) as QueryTable).spokeId,
    (spoke) => (sources.get(spoke) as PlanSource).capabilities,
  )
  const isCut = (union: Relation) => sourceOf(union, sides) === undefined
  const statistics = new Map([...query.tables].map(([id, table]) => [id, statisticsOf(table)]))

  const logical = breakTies(pruneColumns(query.relation))
  const filtered = pushFilters(unionBySource(logical, sides), (filter) => sourceOf(filter, sides) !== undefined)
  const aggregated = splitAggregates(filtered, isCut, (partial, rows) =>
    isWorthIt(estimateRows(partial, statistics), estimateRows(rows, statistics)),
  )
  const placed = placeLimits(pushProjections(aggregated, isCut), isCut)

  const { fragments, residual } = fragmentsOf(placed, sides, query, sources, statistics)
  return {
    stages: [fragments],
    residual,
    outputs: query.outputs.map(({ name, shape }) => ({ name, shape })),
    limit: query.limit,
    logical,
  }
}

/**
 * The largest share of groups to rows for which sources aggregate partially. With more groups than that, it costs the sources more than it
 * saves. Where either number is unknown they aggregate.
 */
const groupsWorthIt = 0.5

function isWorthIt(groups: number | undefined, rows: number | undefined): boolean {
  return rows === undefined || groups === undefined || groups <= Math.max(1, rows * groupsWorthIt)
}
