import type { Shape } from '../../../src/connector/column.js'

/** A decimal: `unscaled` ÷ 10^`scale`. */
export interface Decimal {
  unscaled: bigint
  scale: number
}

/** A value as the tests hold it: text, dates and times as canonical text, INT64 as bigint, geometry as GeoJSON text. */
export type Cell = string | boolean | bigint | number | Decimal | null

export function isDecimal(cell: Cell): cell is Decimal {
  return typeof cell === 'object' && cell !== null
}

/** The canonical text of a value, as in a literal of SQL or of a query. */
export function textOf(cell: Exclude<Cell, null>): string {
  if (!isDecimal(cell)) return String(cell)
  const { unscaled, scale } = cell
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0')
  const point = digits.length - scale
  return `${unscaled < 0n ? '-' : ''}${digits.slice(0, point)}${scale === 0 ? '' : `.${digits.slice(point)}`}`
}

/** '12.5' as a decimal with its own scale, or with a larger one. */
export function decimalOf(text: string, scale?: number): Decimal {
  const [whole = '', fraction = ''] = text.trim().split('.')
  const own = { unscaled: BigInt(whole.replace('+', '') + fraction), scale: fraction.length }
  return scale === undefined ? own : rescale(own, scale)
}

/** The same number with more digits after the point. */
export function rescale({ unscaled, scale }: Decimal, to: number): Decimal {
  return { unscaled: unscaled * 10n ** BigInt(to - scale), scale: to }
}

/** The nearest double. */
export function numberOf(cell: bigint | number | Decimal): number {
  return Number(isDecimal(cell) ? textOf(cell) : cell)
}

/** Compares two values of one type: text byte by byte, all else by value. */
export function compare(left: Exclude<Cell, null>, right: Exclude<Cell, null>): number {
  if (isDecimal(left) && isDecimal(right)) {
    const scale = Math.max(left.scale, right.scale)
    return sign(rescale(left, scale).unscaled, rescale(right, scale).unscaled)
  }
  // NaN is equal to itself, and greater than any other number.
  if (Number.isNaN(left) || Number.isNaN(right)) return sign(Number.isNaN(left), Number.isNaN(right))
  if (typeof left === 'string' && typeof right === 'string') return Buffer.compare(Buffer.from(left), Buffer.from(right))
  return sign(left, right)
}

function sign<T>(left: T, right: T): number {
  return left < right ? -1 : left > right ? 1 : 0
}

/** A value read as another type; `undefined` where a query may not do so. */
export function convert(cell: Cell, from: Shape, to: Shape): Cell {
  if (cell === null || (from.type === to.type && from.scale === to.scale)) return cell
  const scale = to.scale ?? 0
  switch (to.type) {
    case 'STRING':
      return textOf(cell)
    case 'INT64':
      return BigInt((cell as string).trim())
    case 'DECIMAL':
      return isDecimal(cell) ? rescale(cell, scale) : decimalOf(String(cell), scale)
    case 'DOUBLE':
      return typeof cell === 'string' ? Number(cell) : numberOf(cell as bigint | Decimal)
    default:
      throw new Error(`the tests do not read ${from.type} as ${to.type}`)
  }
}
