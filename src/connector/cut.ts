import type { Shape } from './column.js'
import type { Relation, TableScan } from './relation.js'
import { outputShapes } from './shapes.js'
import { inputsOf, mapInputs } from './traverse.js'

/** Who holds what, and who can run what. A side is a source at the hub or at a spoke, or a database behind a source. */
export interface Sides<Side> {
  /** The side that holds a table. */
  holderOf(scan: TableScan): Side
  /** Whether a side that runs all inputs of an operator can run the operator too. @param inputs the shapes of those inputs. */
  runs(side: Side, operator: Relation, inputs: readonly Shape[][]): boolean
}

/** A part of a relation that one side runs whole. */
export interface Piece<Side> {
  /** The table that a scan in the remainder names for this piece's answer: `#0`. */
  readonly id: string
  readonly side: Side
  readonly relation: Relation
}

/** A relation in pieces, and what remains to be done over their answers. */
export interface Cut<Side> {
  readonly pieces: readonly Piece<Side>[]
  readonly remaining: Relation
}

/**
 * Cuts a relation into the largest pieces that one side each can run, from the scans upwards. Nothing above an operator that a side
 * cannot run belongs to its piece: a LIMIT or an aggregate over rows that are not filtered yet would be wrong. Visits every operator once.
 */
export function cut<Side>(relation: Relation, sides: Sides<Side>): Cut<Side> {
  const pieces: Piece<Side>[] = []
  const landed = ({ relation: part, side, shapes }: Walked<Side>): Relation => {
    if (side === undefined) return part
    const id = `#${pieces.length}`
    pieces.push({ id, side: side.of, relation: part })
    return scanOfAnswer(id, shapes)
  }
  const walk = (part: Relation): Walked<Side> => {
    const inputs = inputsOf(part).map(walk)
    const inputShapes = inputs.map(({ shapes }) => shapes)
    const shapes = outputShapes(part, inputShapes)
    const side = part.op === 'scan' ? { of: sides.holderOf(part) } : commonSide(inputs)
    if (side !== undefined && (part.op === 'scan' || sides.runs(side.of, part, inputShapes))) return { relation: part, side, shapes }
    return { relation: mapInputs(part, (_, index) => landed(inputs[index] as Walked<Side>)), side: undefined, shapes }
  }
  return { remaining: landed(walk(relation)), pieces }
}

/** Columns c0 … cn of the answer of a piece. */
export function scanOfAnswer(id: string, shapes: readonly Shape[]): TableScan {
  return { op: 'scan', table: id, columns: shapes.map((shape, index) => ({ name: `c${index}`, ...shape })) }
}

interface Walked<Side> {
  readonly relation: Relation
  /** Who runs all of it; undefined where nobody does alone. */
  readonly side: { readonly of: Side } | undefined
  readonly shapes: Shape[]
}

function commonSide<Side>([first, ...others]: readonly Walked<Side>[]): { readonly of: Side } | undefined {
  return others.every(({ side }) => side !== undefined && side.of === first?.side?.of) ? first?.side : undefined
}
