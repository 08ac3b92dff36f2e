import type { Expression, Relation, RelationOf } from '../../../connector/relation.js'
import { mapInputs } from '../../../connector/traverse.js'
import { type Aggregates, Distinct, mergedAggregates } from './merged-aggregates.js'

/** An aggregation over a union. */
type Aggregation = RelationOf<'aggregate'> & { input: RelationOf<'union'> }

/**
 * The same groups, where each source does a part of an aggregation that spans sources. The sources aggregate partially where the results
 * can be merged and this saves enough; else they send only the columns that the aggregation needs.
 * @param isCut whether a union's inputs go to several sources.
 * @param isWorthIt whether a partial aggregation has few enough groups compared with its rows.
 */
export function splitAggregates(
  relation: Relation,
  isCut: (union: Relation) => boolean,
  isWorthIt: (partial: Relation, rows: Relation) => boolean,
): Relation {
  const mapped = mapInputs(relation, (input) => splitAggregates(input, isCut, isWorthIt))
  if (!isOverUnion(mapped) || !isCut(mapped.input)) return mapped
  const merged = mergedAggregates(mapped)
  return merged !== undefined && isWorthIt({ ...merged.partial, input: mapped.input }, mapped.input)
    ? overInputs(mapped.input, (input) => ({ ...merged.partial, input }), merged.merge)
    : pulledAggregates(mapped)
}

function isOverUnion(relation: Relation): relation is Aggregation {
  return relation.op === 'aggregate' && relation.input.op === 'union'
}

/** An aggregation of a union, after `each` was applied to every input. */
function overInputs(union: RelationOf<'union'>, each: (input: Relation) => Relation, then: Aggregates): Relation {
  return { ...then, input: { op: 'union', inputs: union.inputs.map(each) } }
}

/** Each source sends only the values that the aggregation reads, and the hub aggregates them. */
function pulledAggregates({ groups, measures, input }: Aggregation): Relation {
  const wanted = new Distinct(groups)
  const at = (expression: Expression): Expression => ({ kind: 'column', index: wanted.at(expression) })
  const keys = groups.map(at)
  const pulled = measures.map((measure) => (measure.input === undefined ? measure : { ...measure, input: at(measure.input) }))
  const project = (each: Relation): Relation => ({ op: 'project', outputs: wanted.all, input: each })
  return overInputs(input, project, { op: 'aggregate', groups: keys, measures: pulled })
}
