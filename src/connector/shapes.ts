import type { Shape } from './column.js'
import type { Aggregate, Expression, Relation } from './relation.js'

/** The shapes of a relation's output, in order. Pure; the relation is taken to be well bound. */
export function shapesOf(relation: Relation): Shape[] {
  switch (relation.op) {
    case 'scan':
      return relation.columns.map(({ type, scale }) => shape(type, scale))
    case 'union':
      return shapesOf(relation.inputs[0] as Relation)
    case 'filter':
    case 'sort':
    case 'limit':
      return shapesOf(relation.input)
    case 'project': {
      const input = shapesOf(relation.input)
      return relation.outputs.map((output) => shapeOf(output, input))
    }
    case 'aggregate': {
      const input = shapesOf(relation.input)
      return [
        ...relation.groups.map((group) => shapeOf(group, input)),
        ...relation.measures.map((measure) => aggregateShape(measure, input)),
      ]
    }
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
  }
}

/** COUNTs are INT64; a SUM of INT64 or DECIMAL is DECIMAL, exact; MIN and MAX keep the type; the rest is DOUBLE (API.graphql, Measure). */
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
