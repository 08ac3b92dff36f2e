import type { Shape } from './column.js'
import { type Aggregate, type Expression, matchColumns, type Relation } from './relation.js'
import { normalisedShape } from './normalisation.js'
import { inputsOf } from './traverse.js'

/** The shapes of a relation's output, in order. Pure. Every column that the relation refers to must exist. */
export function shapesOf(relation: Relation): Shape[] {
  return outputShapes(relation, inputsOf(relation).map(shapesOf))
}

/** The shapes of an operator's output over inputs of these shapes. Does not look at the operator's own inputs. */
export function outputShapes(operator: Relation, inputs: readonly Shape[][]): Shape[] {
  const input = inputs[0] ?? []
  switch (operator.op) {
    case 'scan':
      return operator.columns.map(({ type, scale }) => shape(type, scale))
    case 'union':
    case 'filter':
    case 'sort':
    case 'limit':
      return input
    case 'join':
      return operator.type === 'ANTI' ? input : [...input, ...(inputs[1] ?? [])]
    case 'match':
      return matchColumns.map(() => ({ type: 'INT64' }))
    case 'project':
      return operator.outputs.map((output) => shapeOf(output, input))
    case 'aggregate':
      return [
        ...operator.groups.map((group) => shapeOf(group, input)),
        ...operator.measures.map((measure) => aggregateShape(measure, input)),
      ]
  }
}

/** The shape of an expression over an input of these shapes. */
export function shapeOf(expression: Expression, input: readonly Shape[]): Shape {
  switch (expression.kind) {
    case 'column':
      return input[expression.index] as Shape
    case 'literal':
    case 'mean':
      return expression.shape
    case 'cast':
      return expression.to
    case 'bucket':
      return { type: 'DATE' }
    case 'normalise':
      return normalisedShape(expression.as)
    case 'mask':
      return shapeOf(expression.input, input)
  }
}

/**
 * COUNTs are INT64; a SUM of INT64 or DECIMAL is an exact DECIMAL; MIN and MAX keep the type; all others are DOUBLE
 * (graphql/surface.graphql, Measure).
 */
export function aggregateShape(measure: Aggregate, input: readonly Shape[]): Shape {
  const of = measure.input === undefined ? undefined : shapeOf(measure.input, input)
  switch (measure.function) {
    case 'COUNT':
    case 'COUNT_DISTINCT':
    case 'SUM_COUNTS':
      return { type: 'INT64' }
    case 'SUM':
      if (of?.type === 'INT64') return { type: 'DECIMAL', scale: 0 }
      return of?.type === 'DECIMAL' ? of : { type: 'DOUBLE' }
    case 'MIN':
    case 'MAX':
      return of ?? { type: 'STRING' }
    case 'MEDIAN':
    case 'STDDEV':
    case 'MEAN':
    case 'M2':
    case 'MERGE_STDDEV':
      return { type: 'DOUBLE' }
  }
}

function shape(type: Shape['type'], scale: number | undefined): Shape {
  return scale === undefined ? { type } : { type, scale }
}
