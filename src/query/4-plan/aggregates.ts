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
export function grouping(outputs: readonly Output[], position: (index: number) => number, expression: (group: Expression) => Expression): Grouping {
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
  return [{ op: 'aggregate', groups: [...groups], measures: [...aggregates] }, { op: 'project', outputs: [...outputs] }]
}

const merges: Partial<Record<Aggregate['function'], Aggregate['function']>> = { COUNT: 'SUM_COUNTS', SUM: 'SUM', MIN: 'MIN', MAX: 'MAX' }

/**
 * The aggregation split over sources: `partial` for each, `merge` over all their answers; undefined where a measure cannot be merged
 * (distinct counts, medians, deviations), so that the rows it needs must come to the hub.
 */
export function splitAggregates(grouping: Grouping): { partial: Step[]; merge: Step[] } | undefined {
  const functions = grouping.aggregates.map((aggregate) => merges[aggregate.function])
  if (functions.includes(undefined)) return undefined
  const width = grouping.groups.length
  const merged = functions.map((name, index): Aggregate => ({ function: name as Aggregate['function'], input: { kind: 'column', index: width + index } }))
  return {
    partial: [{ op: 'aggregate', groups: [...grouping.groups], measures: [...grouping.aggregates] }],
    merge: [
      { op: 'aggregate', groups: grouping.groups.map((_, index): Expression => ({ kind: 'column', index })), measures: merged },
      { op: 'project', outputs: [...grouping.outputs] },
    ],
  }
}

/** The rows that an aggregation needs of each source, and the aggregation over them at the hub. */
export function pulledAggregates(grouping: Grouping): { partial: Step[]; merge: Step[] } {
  const wanted: Expression[] = [...grouping.groups]
  const column = (expression: Expression): Expression => {
    const index = wanted.findIndex((other) => JSON.stringify(other) === JSON.stringify(expression))
    return { kind: 'column', index: index === -1 ? wanted.push(expression) - 1 : index }
  }
  const aggregates = grouping.aggregates.map((aggregate) => (aggregate.input === undefined ? aggregate : { ...aggregate, input: column(aggregate.input) }))
  const groups = grouping.groups.map((group) => column(group))
  return { partial: [{ op: 'project', outputs: wanted }], merge: aggregateSteps({ groups, aggregates, outputs: grouping.outputs }) }
}
