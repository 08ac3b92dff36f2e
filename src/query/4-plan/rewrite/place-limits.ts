import type { Relation, RelationOf } from '../../../connector/relation.js'
import { mapInputs } from '../../../connector/traverse.js'
import { BadUserInput } from '../../../errors.js'

/**
 * The deepest page without an order, in rows. Up to here each source sends its rows in one part; several parts do not keep the source's
 * order, so pages would repeat and skip rows.
 */
const unorderedMax = 100_000

/**
 * The same page, where each of several sources sends only its own first rows in the page's order. Pages of groups stay unchanged, since the
 * first groups are known only after merging.
 * @param isCut whether a union's inputs go to several sources.
 * @throws BAD_USER_INPUT for a deep page without an order.
 */
export function placeLimits(relation: Relation, isCut: (union: Relation) => boolean): Relation {
  if (relation.op !== 'limit' || relation.count === undefined) return mapInputs(relation, (input) => placeLimits(input, isCut))
  const sort = relation.input.op === 'sort' ? relation.input : undefined
  const union = sort?.input ?? relation.input
  if (union.op !== 'union' || !isCut(union)) return mapInputs(relation, (input) => placeLimits(input, isCut))
  const first = relation.offset + relation.count
  if (sort === undefined && relation.offset > 0 && first - 1 > unorderedMax) {
    throw new BadUserInput('So deep a page of several sources needs an order: give orderBy.', { inputPath: ['offset'] })
  }
  const each = union.inputs.map((input): Relation => ({ op: 'limit', count: first, offset: 0, input: sorted(sort, input) }))
  return { ...relation, input: sorted(sort, { op: 'union', inputs: each }) }
}

function sorted(sort: RelationOf<'sort'> | undefined, input: Relation): Relation {
  return sort === undefined ? input : { ...sort, input }
}
