import type { JoinType } from '../../../src/connector/relation.js'
import type { Cell, Decimal } from './cells.js'
import { isDecimal } from './cells.js'
import { unitsOf } from './oracle-measures.js'

type Row = readonly Cell[]

/** Rows of one side, and for each the values of its keys. */
export interface JoinSide {
  readonly rows: readonly Row[]
  readonly keysOf: (row: Row) => readonly Cell[]
  /** Whether a source of the side failed, so that its rows are not known. */
  readonly failed: boolean
}

export interface Matches {
  readonly [name: string]: number | null
}

/** The rows of a join, by nested loops. @param width columns of the right side. */
export function joinRows(type: JoinType, left: JoinSide, right: JoinSide, width: number): Row[] {
  const others = right.rows.map((row) => ({ row, key: keyText(right.keysOf(row)) }))
  return left.rows.flatMap((row) => {
    const key = keyText(left.keysOf(row))
    const partners = others.filter((other) => key !== null && other.key === key)
    if (type === 'ANTI') return partners.length === 0 ? [row] : []
    if (type === 'LEFT' && partners.length === 0) return [[...row, ...Array.from({ length: width }, () => null)]]
    return partners.map((partner) => [...row, ...partner.row])
  })
}

/** Everything that a report tells of a join, counted by nested loops. */
export function countMatches(type: JoinType, left: JoinSide, right: JoinSide): Matches {
  const [lefts, rights] = [left, right].map(({ rows, keysOf }) => rows.map((row) => keyText(keysOf(row)))) as [
    (string | null)[],
    (string | null)[],
  ]
  const matched = (own: (string | null)[], others: (string | null)[]) => own.filter((key) => key !== null && others.includes(key))
  const keys = (own: (string | null)[]) => new Set(own.filter((key) => key !== null))
  const inBoth = [...keys(lefts)].filter((key) => rights.includes(key))
  const times = (key: string, own: (string | null)[]) => own.filter((other) => other === key).length
  const fanOuts = inBoth.map((key) => times(key, lefts) * times(key, rights))
  const pairs = fanOuts.reduce((sum, fanOut) => sum + fanOut, 0)
  const alone = lefts.length - matched(lefts, rights).length
  const of = (name: 'left' | 'right', own: (string | null)[], others: (string | null)[], isUnknown: boolean): Matches => {
    const rows = isUnknown ? null : own.length
    const found = left.failed || right.failed ? null : matched(own, others).length
    return {
      [`${name}Rows`]: rows,
      [`${name}Matched`]: found,
      [`${name}NullKeys`]: isUnknown ? null : own.filter((key) => key === null).length,
      [`${name}DamagedKeys`]: isUnknown ? null : 0,
      [`${name}Keys`]: isUnknown ? null : keys(own).size,
      [`${name}Rate`]: rows === null || found === null || rows === 0 ? null : found / rows,
    }
  }
  const both = (count: number | null) => (left.failed || right.failed ? null : count)
  return {
    ...of('left', lefts, rights, left.failed),
    ...of('right', rights, lefts, right.failed),
    matchedKeys: both(inBoth.length),
    joinedRows: both({ INNER: pairs, LEFT: pairs + alone, ANTI: alone }[type]),
    largestFanOut: type === 'ANTI' ? null : both(Math.max(0, ...fanOuts)),
  }
}

/** The same for keys that are equal, whatever type of number they are, and for no others. Null where a part is null. */
function keyText(cells: readonly Cell[]): string | null {
  return cells.includes(null) ? null : JSON.stringify(cells.map((cell) => exactText(cell as Exclude<Cell, null>)))
}

const texts = new Map<number, string>()

function exactText(cell: Exclude<Cell, null>): string {
  if (typeof cell === 'bigint') return shortest({ unscaled: cell, scale: 0 })
  if (isDecimal(cell)) return shortest(cell)
  if (typeof cell !== 'number') return String(cell)
  const known = texts.get(cell)
  if (known !== undefined) return known
  // 2^-1074 has 1074 digits after the point.
  const text = Number.isFinite(cell) ? shortest({ unscaled: unitsOf(cell) * 5n ** 1074n, scale: 1074 }) : String(cell)
  texts.set(cell, text)
  return text
}

/** A number as its digits without zeros at their end, and how many of them are behind the point. */
function shortest({ unscaled, scale }: Decimal): string {
  if (unscaled === 0n) return '0'
  const digits = String(unscaled)
  const kept = digits.replace(/0+$/, '')
  return `${kept}e${digits.length - kept.length - scale}`
}
