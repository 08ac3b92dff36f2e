import type { JoinType } from '../../../src/connector/relation.js'
import type { Cell } from './cells.js'
import { damaged, type Key, wholeKey } from './oracle-keys.js'

type Row = readonly Cell[]

/** Rows of one side, and the keys of each. */
export interface JoinSide {
  readonly rows: readonly Row[]
  readonly keysOf: (row: Row) => readonly Key[]
  /** Whether a source of the side failed, so that its rows are not known. */
  readonly failed: boolean
}

export interface Matches {
  readonly [name: string]: number | null
}

/** The rows of a join, by nested loops. @param width columns of the right side. */
export function joinRows(type: JoinType, left: JoinSide, right: JoinSide, width: number): Row[] {
  const others = right.rows.map((row) => ({ row, key: wholeKey(right.keysOf(row)) }))
  return left.rows.flatMap((row) => {
    const key = wholeKey(left.keysOf(row))
    const partners = others.filter((other) => isThere(key) && other.key === key)
    if (type === 'ANTI') return partners.length === 0 ? [row] : []
    if (type === 'LEFT' && partners.length === 0) return [[...row, ...Array.from({ length: width }, () => null)]]
    return partners.map((partner) => [...row, ...partner.row])
  })
}

/** Everything that a report tells of a join, counted by nested loops. */
export function countMatches(type: JoinType, left: JoinSide, right: JoinSide): Matches {
  const [lefts, rights] = [left, right].map(({ rows, keysOf }) => rows.map((row) => wholeKey(keysOf(row)))) as [Key[], Key[]]
  const matched = (own: Key[], others: Key[]) => own.filter((key) => isThere(key) && others.includes(key))
  const keys = (own: Key[]) => new Set(own.filter(isThere))
  const inBoth = [...keys(lefts)].filter((key) => rights.includes(key))
  const times = (key: string, own: Key[]) => own.filter((other) => other === key).length
  const fanOuts = inBoth.map((key) => times(key, lefts) * times(key, rights))
  const pairs = fanOuts.reduce((sum, fanOut) => sum + fanOut, 0)
  const alone = lefts.length - matched(lefts, rights).length
  const of = (name: 'left' | 'right', own: Key[], others: Key[], isUnknown: boolean): Matches => {
    const rows = isUnknown ? null : own.length
    const found = left.failed || right.failed ? null : matched(own, others).length
    return {
      [`${name}Rows`]: rows,
      [`${name}Matched`]: found,
      [`${name}NullKeys`]: isUnknown ? null : own.filter((key) => key === null).length,
      [`${name}DamagedKeys`]: isUnknown ? null : own.filter((key) => key === damaged).length,
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

const isThere = (key: Key): key is string => typeof key === 'string'
