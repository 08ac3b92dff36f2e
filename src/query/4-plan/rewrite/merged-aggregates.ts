import type { Aggregate, Expression, RelationOf } from '../../../connector/relation.js'

/** An aggregation of any input. */
export type Aggregates = Omit<RelationOf<'aggregate'>, 'input'>

const merges: Partial<Record<Aggregate['function'], Aggregate['function']>> = { COUNT: 'SUM_COUNTS', SUM: 'SUM', MIN: 'MIN', MAX: 'MAX' }

const isMergeable = ({ function: name }: Aggregate) => name in merges || name === 'COUNT_DISTINCT' || name === 'STDDEV'

/**
 * Splits an aggregation: `partial` runs over parts of the rows, and `merge` over all its answers gives the same output. For COUNT_DISTINCT
 * the parts are also grouped by the counted values, and the merge counts them. Undefined for medians, which cannot be merged.
 */
export function mergedAggregates({ groups, measures }: Omit<Aggregates, 'op'>): { partial: Aggregates; merge: Aggregates } | undefined {
  if (!measures.every(isMergeable)) return undefined
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

function columns(width: number): Expression[] {
  return Array.from({ length: width }, (_, index) => ({ kind: 'column', index }))
}

/** A list that adds an item only once. The items that it starts with may repeat. */
export class Distinct<Item = Expression> {
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
