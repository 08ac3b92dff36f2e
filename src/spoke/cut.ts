import { type Relation, type TableScan, scansOf } from '../connector/relation.js'
import { shapesOf } from '../connector/shapes.js'
import type { Source } from '../connector/source.js'

/** A part of a relation that one source can be asked for. */
export interface Piece {
  /** `#0` */
  readonly id: string
  readonly source: Source
  readonly relation: Relation
  readonly tables: readonly string[]
}

/** Cuts a relation into the largest parts of one source each, and the rest over them, whose scans name the parts. */
export function cut(relation: Relation, sourceOf: (scan: TableScan) => Source): { pieces: Piece[]; rest: Relation } {
  const pieces: Piece[] = []
  const piece = (part: Relation, source: Source): Relation => {
    const id = `#${pieces.length}`
    pieces.push({ id, source, relation: part, tables: scansOf(part).map(({ table }) => table) })
    return { op: 'scan', table: id, columns: shapesOf(part).map((shape, index) => ({ name: `c${index}`, ...shape })) }
  }
  const walk = (part: Relation): Relation => {
    const sources = new Set(scansOf(part).map(sourceOf))
    const [only] = sources
    if (only !== undefined && sources.size === 1) return piece(part, only)
    if (part.op === 'scan') return part
    return part.op === 'union' ? { ...part, inputs: part.inputs.map(walk) } : { ...part, input: walk(part.input) }
  }
  return { rest: walk(relation), pieces }
}
