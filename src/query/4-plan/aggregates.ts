import type { Aggregate, Expression, Step } from '../../connector/relation.js'
import type { Output } from '../2-bind/bound-query.js'

type Measure = Extract<Output, { kind: 'measure' }>

/** A grouped output as the algebra has it: aggregates that sources know, and the projection that makes the outputs of them. */
export interface Grouping {
  readonly groups: readonly Expression[]
  readonly aggregates: readonly Aggregate[]
  readonly outputs: readonly Expression[]
}

/** Lowers AVG to a SUM, a COUNT and a mean. `position` tells where a stack column stands in the aggregate's input. */
export function grouping(
  outputs: readonly Output[],
  position: (index: number) => number,
  expression: (group: Expression) => Expression,
): Grouping {
  const groups = outputs.flatMap((output) => (output.kind === 'group' ? [expression(output.expression)] : []))
  const aggregates: Aggregate[] = []
  const at = (aggregate: Aggregate): Expression => ({ kind: 'column', index: groups.length + aggregates.push(aggregate) - 1 })
  const measures = outputs.filter((output): output is Measure => output.kind === 'measure')
  const means = measures.map((measure): Expression => {
    const input: Expression | undefined = measure.index === undefined ? undefined : { kind: 'column', index: position(measure.index) }
    if (measure.function !== 'AVG') return at({ function: measure.function, input })
    return { kind: 'mean', sum: at({ function: 'SUM', input }), count: at({ function: 'COUNT', input }), shape: measure.shape }
  })
  return { groups, aggregates, outputs: [...groups.map((_, index): Expression => ({ kind: 'column', index })), ...means] }
}

/** The whole aggregation as steps over its input. */
export function aggregateSteps({ groups, aggregates, outputs }: Grouping): Step[] {
  return [
    { op: 'aggregate', groups: [...groups], measures: [...aggregates] },
    { op: 'project', outputs: [...outputs] },
  ]
}

const merges: Partial<Record<Aggregate['function'], Aggregate['function']>> = { COUNT: 'SUM_COUNTS', SUM: 'SUM', MIN: 'MIN', MAX: 'MAX' }

/**
 * The aggregation split over sources: `partial` for each, `merge` over all their answers. Where values are counted once each, sources group
 * by those values too, and the hub counts them. Undefined where a measure cannot be merged (medians): the rows it needs must come to the
 * hub.
 */
export function splitAggregates(grouping: Grouping): { partial: Step[]; merge: Step[] } | undefined {
  const { aggregates, outputs } = grouping
  if (aggregates.some(({ function: name }) => name === 'MEDIAN')) return undefined
  const keys = new Columns(grouping.groups)
  for (const { function: name, input } of aggregates) if (name === 'COUNT_DISTINCT' && input !== undefined) keys.at(input)
  const partial = new Columns<Aggregate>([])
  const at = (aggregate: Aggregate): Expression => ({ kind: 'column', index: keys.all.length + partial.at(aggregate) })
  const merged = aggregates.map((aggregate): Aggregate => {
    const { function: name, input } = aggregate
    if (name === 'COUNT_DISTINCT' && input !== undefined) return { function: name, input: { kind: 'column', index: keys.at(input) } }
    if (name !== 'STDDEV') return { function: merges[name] as Aggregate['function'], input: at(aggregate) }
    return {
      function: 'MERGE_STDDEV',
      input: at({ function: 'M2', input }),
      of: { count: at({ function: 'COUNT', input }), mean: at({ function: 'MEAN', input }) },
    }
  })
  return {
    partial: [{ op: 'aggregate', groups: [...keys.all], measures: [...partial.all] }],
    merge: [
      { op: 'aggregate', groups: grouping.groups.map((_, index): Expression => ({ kind: 'column', index })), measures: merged },
      { op: 'project', outputs: [...outputs] },
    ],
  }
}

/** A list that holds each thing once. */
class Columns<Item = Expression> {
  readonly all: Item[]

  constructor(first: readonly Item[]) {
    this.all = [...first]
  }

  /** Where it stands, at the end where it is new. */
  at(item: Item): number {
    const text = JSON.stringify(item)
    const index = this.all.findIndex((other) => JSON.stringify(other) === text)
    return index === -1 ? this.all.push(item) - 1 : index
  }
}

/** The rows that an aggregation needs of each source, and the aggregation over them at the hub. */
export function pulledAggregates(grouping: Grouping): { partial: Step[]; merge: Step[] } {
  const wanted = new Columns(grouping.groups)
  const column = (expression: Expression): Expression => ({ kind: 'column', index: wanted.at(expression) })
  const aggregates = grouping.aggregates.map((aggregate) =>
    aggregate.input === undefined ? aggregate : { ...aggregate, input: column(aggregate.input) },
  )
  const groups = grouping.groups.map((group) => column(group))
  return { partial: [{ op: 'project', outputs: wanted.all }], merge: aggregateSteps({ groups, aggregates, outputs: grouping.outputs }) }
}
