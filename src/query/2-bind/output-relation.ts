import type { Aggregate, Expression, Relation } from '../../connector/relation.js'
import { mapColumns } from '../../connector/traverse.js'
import type { NamedOutput } from './outputs.js'

type Measure = Extract<NamedOutput, { kind: 'measure' }>

/**
 * A relation that computes the outputs from an input: a projection, or an aggregation.
 * @param position the position in the input of a column of `from`.
 */
export function outputRelation(
  outputs: readonly NamedOutput[],
  grouped: boolean,
  input: Relation,
  position: (column: number) => number,
): Relation {
  if (grouped) return groupRelation(outputs, input, position)
  return { op: 'project', outputs: outputs.map(({ column }): Expression => ({ kind: 'column', index: position(column as number) })), input }
}

/**
 * Replaces AVG by SUM, COUNT and a mean, because partial sums and counts of several sources can be added up and partial averages cannot.
 */
function groupRelation(outputs: readonly NamedOutput[], input: Relation, position: (column: number) => number): Relation {
  const groups = outputs.flatMap((output) => (output.kind === 'group' ? [mapColumns(output.expression, position)] : []))
  const measures: Aggregate[] = []
  const at = (aggregate: Aggregate): Expression => ({ kind: 'column', index: groups.length + measures.push(aggregate) - 1 })
  const means = outputs
    .filter((output): output is Measure => output.kind === 'measure')
    .map((measure): Expression => {
      const of: Expression | undefined = measure.column === undefined ? undefined : { kind: 'column', index: position(measure.column) }
      if (measure.function !== 'AVG') return at({ function: measure.function, input: of })
      return { kind: 'mean', sum: at({ function: 'SUM', input: of }), count: at({ function: 'COUNT', input: of }), shape: measure.shape }
    })
  const projected = [...groups.map((_, index): Expression => ({ kind: 'column', index })), ...means]
  return { op: 'project', outputs: projected, input: { op: 'aggregate', groups, measures, input } }
}
