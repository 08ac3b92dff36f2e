import type { Aggregate, Expression, Relation, RelationOf } from '../../../connector/relation.js'
import { mapInputs } from '../../../connector/traverse.js'

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

type Aggregates = Omit<RelationOf<'aggregate'>, 'input'>

/** An aggregation of a union, after `each` was applied to every input. */
function overInputs(union: RelationOf<'union'>, each: (input: Relation) => Relation, then: Aggregates): Relation {
  return { ...then, input: { op: 'union', inputs: union.inputs.map(each) } }
}

const merges: Partial<Record<Aggregate['function'], Aggregate['function']>> = { COUNT: 'SUM_COUNTS', SUM: 'SUM', MIN: 'MIN', MAX: 'MAX' }

/**
 * Splits an aggregation: `partial` runs at each source, and `merge` over all their answers gives the same output. For COUNT_DISTINCT the
 * sources also group by the counted values, and the hub counts them. Undefined for medians, which cannot be merged.
 */
function mergedAggregates({ groups, measures }: Aggregation): { partial: Aggregates; merge: Aggregates } | undefined {
  if (measures.some(({ function: name }) => name === 'MEDIAN')) return undefined
  const keys = new Distinct(groups)
  for (const { function: name, input } of measures) if (name === 'COUNT_DISTINCT' && input !== undefined) keys.at(input)
  const partial = new Distinct<Aggregate>([])
  const at = (aggregate: Aggregate): Expression => ({ kind: 'column', index: keys.all.length + partial.at(aggregate) })
  const merged = measures.map((aggregate): Aggregate => {
    const { function: name, input } = aggregate
    if (name === 'COUNT_DISTINCT' && input !== undefined) return { function: name, input: { kind: 'column', index: keys.at(input) } }
    if (name !== 'STDDEV') return { function: merges[name] as Aggregate['function'], input: at(aggregate) }
    const of = { count: at({ function: 'COUNT', input }), mean: at({ function: 'MEAN', input }) }
    return { function: 'MERGE_STDDEV', input: at({ function: 'M2', input }), of }
  })
  return {
    partial: { op: 'aggregate', groups: keys.all, measures: partial.all },
    merge: { op: 'aggregate', groups: columns(groups.length), measures: merged },
  }
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

function columns(width: number): Expression[] {
  return Array.from({ length: width }, (_, index) => ({ kind: 'column', index }))
}

/** A list that adds an item only once. The items that it starts with may repeat. */
class Distinct<Item = Expression> {
  readonly all: Item[]
  readonly #positions = new Map<string, number>()

  constructor(first: readonly Item[]) {
    this.all = [...first]
    first.forEach((item, index) => {
      const text = JSON.stringify(item)
      if (!this.#positions.has(text)) this.#positions.set(text, index)
    })
  }

  /** The position of the item, which is added where it is new. */
  at(item: Item): number {
    const text = JSON.stringify(item)
    const index = this.#positions.get(text) ?? this.all.push(item) - 1
    this.#positions.set(text, index)
    return index
  }
}
