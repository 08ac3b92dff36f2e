import type { Shape } from './column.js'
import type { Relation, TableScan } from './relation.js'
import { outputShapes } from './shapes.js'
import { inputsOf, mapInputs } from './traverse.js'

/** Which side holds each table, and what each side can run. A side is a source at the hub or at a spoke, or a database behind a source. */
export interface Sides<Side> {
  /** The side that holds a table. */
  holderOf(scan: TableScan): Side
  /**
   * Whether a side that runs all inputs of an operator can also run the operator.
   * @param inputs the shapes of those inputs.
   */
  runs(side: Side, operator: Relation, inputs: readonly Shape[][]): boolean
}

/** A part of a relation that one side runs whole. */
export interface Piece<Side> {
  /** The name of this piece's answer in the remainder, where a scan reads it as a table: `#0`. */
  readonly id: string
  readonly side: Side
  readonly relation: Relation
}

/** A relation in pieces, and the remainder that runs over their answers. */
export interface Cut<Side> {
  readonly pieces: readonly Piece<Side>[]
  readonly remaining: Relation
}

/**
 * Cuts a relation, from the scans upwards, into the largest pieces that one side each can run. An operator above one that a side cannot run
 * is never part of that side's piece: LIMIT or an aggregate before the filter below it would be wrong. Visits every operator once.
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

/** A scan of a piece's answer, with columns c0 … cn. */
export function scanOfAnswer(id: string, shapes: readonly Shape[]): TableScan {
  return { op: 'scan', table: id, columns: shapes.map((shape, index) => ({ name: `c${index}`, ...shape })) }
}

interface Walked<Side> {
  readonly relation: Relation
  /** The side that can run all of it; undefined where it spans sides or has an operator that no side runs. */
  readonly side: { readonly of: Side } | undefined
  readonly shapes: Shape[]
}

function commonSide<Side>([first, ...others]: readonly Walked<Side>[]): { readonly of: Side } | undefined {
  return others.every(({ side }) => side !== undefined && side.of === first?.side?.of) ? first?.side : undefined
}
