import type { Capabilities } from '../../../src/connector/capabilities.js'
import type { Relation, Step } from '../../../src/connector/relation.js'
import type { Shape } from '../../../src/connector/column.js'
import { shapesOf } from '../../../src/connector/shapes.js'
import { splitBy } from '../../../src/connector/split.js'

/** Whether a database answers a step over an input of these shapes just as the engine does. */
export type IsExactStep = (step: Step, input: readonly Shape[]) => boolean

/** Takes what the capabilities allow and what is exact besides, from the scans upwards. */
export function takeExact(capabilities: Capabilities, relation: Relation, isExactStep: IsExactStep): { taken: Relation; left: Step[] } {
  const { taken, left } = splitBy(capabilities, relation)
  const steps: Step[] = []
  let base = taken
  while (base.op !== 'scan' && base.op !== 'union') {
    const { input, ...step } = base
    steps.unshift(step as Step)
    base = input
  }
  if (base.op === 'union' && !base.inputs.every((input) => isExactRelation(input, isExactStep)))
    return { taken: base, left: [...steps, ...left] }
  let exact: Relation = base
  for (const [position, step] of steps.entries()) {
    if (!isExactStep(step, shapesOf(exact))) return { taken: exact, left: [...steps.slice(position), ...left] }
    exact = { ...step, input: exact }
  }
  return { taken: exact, left }
}

/** Whether the database can run the whole of a relation. */
function isExactRelation(relation: Relation, isExactStep: IsExactStep): boolean {
  if (relation.op === 'scan') return true
  if (relation.op === 'union') return relation.inputs.every((input) => isExactRelation(input, isExactStep))
  const { input, ...step } = relation
  return isExactStep(step as Step, shapesOf(input)) && isExactRelation(input, isExactStep)
}

/** One statement, and the relation that it answers. */
export interface Statement {
  readonly relation: Relation
  readonly sql: string
}

/** Statements, and what is done over their answers. */
export interface Cut {
  readonly statements: readonly Statement[]
  readonly rest: Relation
}

/**
 * The statements behind what was taken, and what the engine does over their answers: nothing, except where the tables of a stack need work
 * that is the engine's own. Its scans name the statements by their positions.
 */
export function cutExact(taken: Relation, isExactStep: IsExactStep, sqlOf: (relation: Relation) => string): Cut {
  const statements: Statement[] = []
  const cut = (relation: Relation): Relation => {
    if (isExactRelation(relation, isExactStep)) {
      statements.push({ relation, sql: sqlOf(relation) })
      const columns = shapesOf(relation).map((shape, index) => ({ name: `c${index}`, ...shape }))
      return { op: 'scan', table: String(statements.length - 1), columns }
    }
    if (relation.op === 'union') return { ...relation, inputs: relation.inputs.map(cut) }
    return relation.op === 'scan' ? relation : { ...relation, input: cut(relation.input) }
  }
  return { rest: cut(taken), statements }
}
