import type { Shape } from '../../../src/connector/column.js'
import { type Cell, compare, type Decimal, numberOf, textOf } from './cells.js'

type Numeric = bigint | number | Decimal

export function measureShape(name: string, of: Shape | undefined): Shape {
  const type = of?.type
  if (name === 'COUNT' || name === 'COUNT_DISTINCT') return { type: 'INT64' }
  if (name === 'MIN' || name === 'MAX') return of?.scale === undefined ? { type: type ?? 'STRING' } : { type: 'DECIMAL', scale: of.scale }
  if (name === 'SUM' && type === 'INT64') return { type: 'DECIMAL', scale: 0 }
  if (name === 'SUM' && type === 'DECIMAL') return { type, scale: of?.scale ?? 0 }
  if (name === 'AVG' && type === 'DECIMAL') return { type, scale: (of?.scale ?? 0) + 6 }
  return { type: 'DOUBLE' }
}

/** A measure over the values of one group, or, without values, over its number of rows. */
export function measure(name: string, cells: readonly Cell[] | undefined, rows: number, shape: Shape | undefined): Cell {
  if (cells === undefined) return BigInt(rows)
  const given = cells.filter((cell) => cell !== null)
  if (name === 'COUNT') return BigInt(given.length)
  if (name === 'COUNT_DISTINCT') return BigInt(new Set(given.map(textOf)).size)
  if (given.length === 0) return null
  switch (name) {
    case 'MIN':
      return given.reduce((least, cell) => (compare(cell, least) < 0 ? cell : least))
    case 'MAX':
      return given.reduce((most, cell) => (compare(cell, most) > 0 ? cell : most))
    case 'SUM':
      return sum(given as Numeric[], shape)
    case 'AVG':
      return mean(given as Numeric[], shape)
    case 'MEDIAN':
      return median(given.map((cell) => numberOf(cell as Numeric)))
    case 'STDDEV':
      return deviation(given.map((cell) => numberOf(cell as Numeric)))
    default:
      throw new Error(`no such measure: ${name}`)
  }
}

function sum(cells: readonly Numeric[], shape: Shape | undefined): Cell {
  if (shape?.type === 'DOUBLE') return exactSum(cells as number[])
  return {
    unscaled: cells.reduce<bigint>((total, cell) => total + (typeof cell === 'bigint' ? cell : (cell as Decimal).unscaled), 0n),
    scale: shape?.scale ?? 0,
  }
}

/** Exact for any order: every double is an integer multiple of 2^-1074. */
function exactSum(values: readonly number[]): number {
  if (!values.every(Number.isFinite)) return values.reduce((left, right) => left + right)
  const total = values.reduce((sum, value) => sum + unitsOf(value), 0n)
  const shift = Math.max(0, total.toString(2).length - 64)
  return (Number(total >> BigInt(shift)) / 2 ** 53) * 2 ** (shift - 1021)
}

/** A finite double as a multiple of 2^-1074. */
export function unitsOf(value: number): bigint {
  const bits = new DataView(new ArrayBuffer(8))
  bits.setFloat64(0, value)
  const [exponent, fraction] = [Number((bits.getBigUint64(0) >> 52n) & 0x7ffn), bits.getBigUint64(0) & 0xfffffffffffffn]
  const units = exponent === 0 ? fraction : (fraction | 0x10000000000000n) << BigInt(exponent - 1)
  return value < 0 ? -units : units
}

/**
 * The size that the precision of a measure in DOUBLE is relative to. Floating point keeps the digits of the summands, not of a sum in which
 * large values cancel: that differs with the order of the rows.
 */
export function weigh(name: string, cells: readonly Cell[]): number {
  const sizes = cells.flatMap((cell) => (cell === null ? [] : [Math.abs(numberOf(cell as Numeric))]))
  if (sizes.length === 0) return 0
  if (name === 'SUM' || name === 'AVG') return exactSum(sizes) / (name === 'SUM' ? 1 : sizes.length)
  return name === 'STDDEV' ? Math.max(...sizes) : 0
}

/** The mean of decimals has six more digits than they have, rounded half to even. */
function mean(cells: readonly Numeric[], shape: Shape | undefined): Cell {
  const total = sum(cells, shape)
  if (shape?.type !== 'DECIMAL') return numberOf(total as Numeric) / cells.length
  const by = BigInt(cells.length)
  const digits = (total as Decimal).unscaled * 1_000_000n
  const floor = (digits - (((digits % by) + by) % by)) / by
  const twice = (digits - floor * by) * 2n
  return { unscaled: twice > by || (twice === by && floor % 2n !== 0n) ? floor + 1n : floor, scale: (shape.scale ?? 0) + 6 }
}

function median(values: number[]): number {
  const order = values.sort((left, right) => left - right)
  const middle = (order.length - 1) / 2
  return ((order[Math.floor(middle)] as number) + (order[Math.ceil(middle)] as number)) / 2
}

function deviation(values: readonly number[]): number | null {
  if (values.length < 2) return null
  const average = values.reduce((left, right) => left + right) / values.length
  return Math.sqrt(values.reduce((total, value) => total + (value - average) ** 2, 0) / (values.length - 1))
}
