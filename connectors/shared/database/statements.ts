import { cut } from '../../../src/connector/cut.js'
import type { Shape } from '../../../src/connector/column.js'
import type { Relation } from '../../../src/connector/relation.js'

/**
 * Whether a database answers an operator over an input of these shapes, or a join over two, just as the engine does. Its inputs are not
 * looked at.
 */
export type IsExact = (operator: Relation, input: readonly Shape[], right?: readonly Shape[]) => boolean

/** One statement, and the relation that it answers. */
export interface Statement {
  readonly relation: Relation
  readonly sql: string
}

/** Statements, and what is done over their answers. */
export interface Statements {
  /** By the tables that scans in `remaining` name for their answers. */
  readonly statements: ReadonlyMap<string, Statement>
  readonly remaining: Relation
}

/**
 * A relation as the statements that a database answers exactly, and what the engine does over their answers: nothing, except where the
 * tables of a union need work that only the engine does exactly.
 */
export function statementsOf(relation: Relation, isExact: IsExact, sqlOf: (relation: Relation) => string): Statements {
  const { pieces, remaining } = cut(relation, exactSides(isExact))
  return { statements: new Map(pieces.map(({ id, relation: exact }) => [id, { relation: exact, sql: sqlOf(exact) }])), remaining }
}

/** A database as the one side of a cut. */
export function exactSides(isExact: IsExact) {
  return {
    holderOf: () => 'database' as const,
    runs: (_: 'database', operator: Relation, inputs: readonly Shape[][]) => isExact(operator, inputs[0] ?? [], inputs[1]),
  }
}
