import type { Shape } from '../../../src/connector/column.js'
import { type Cell, compare, decimalOf } from './cells.js'
import type { Filter } from './world.js'

type Truth = boolean | null
type Lookup = (name: string) => [Cell, Shape]

/** Whether a filter holds: true, false, or null where it is unknown. */
export function keeps(filter: Filter, lookup: Lookup): Truth {
  const { and, or, not, column, ...tests } = filter as { and?: Filter[]; or?: Filter[]; not?: Filter; column?: string }
  if (and !== undefined) return both(and.map((term) => keeps(term, lookup)))
  if (or !== undefined) return invert(both(or.map((term) => invert(keeps(term, lookup)))))
  if (not !== undefined) return invert(keeps(not, lookup))
  const [cell, shape] = lookup(column as string)
  return both(Object.entries(tests).map(([operator, operand]) => test(operator, operand, cell, shape)))
}

function test(operator: string, operand: unknown, cell: Cell, shape: Shape): Truth {
  if (operator === 'isNull') return (cell === null) === operand
  if (operator === 'in' && (operand as unknown[]).length === 0) return false
  if (cell === null) return null
  const order = (value: unknown) => compare(cell, literal(value, shape))
  switch (operator) {
    case 'eq':
      return order(operand) === 0
    case 'ne':
      return order(operand) !== 0
    case 'lt':
      return order(operand) < 0
    case 'lte':
      return order(operand) <= 0
    case 'gt':
      return order(operand) > 0
    case 'gte':
      return order(operand) >= 0
    case 'in':
      return (operand as unknown[]).some((value) => order(value) === 0)
    case 'startsWith':
      return (cell as string).startsWith(operand as string)
    case 'contains':
      return (cell as string).includes(operand as string)
    case 'withinBox':
      return within(cell as string, operand as number[])
    default:
      throw new Error(`no such operator: ${operator}`)
  }
}

function literal(value: unknown, { type }: Shape): Exclude<Cell, null> {
  switch (type) {
    case 'INT64':
      return BigInt(value as string | number)
    case 'DOUBLE':
      return Number(value)
    case 'DECIMAL':
      return decimalOf(String(value))
    case 'BOOLEAN':
      return String(value) === 'true'
    default:
      return value as string
  }
}

function within(geometry: string, [west = 0, south = 0, east = 0, north = 0]: number[]): Truth {
  const positions: [number, number][] = []
  const walk = (value: unknown): void => {
    if (Array.isArray(value) && typeof value[0] === 'number') positions.push([value[0], value[1] as number])
    else if (typeof value === 'object' && value !== null) Object.values(value).forEach(walk)
  }
  walk(JSON.parse(geometry))
  return positions.length === 0 ? null : positions.every(([x, y]) => isBetween(x, west, east) && y >= south && y <= north)
}

/** Whether a longitude is in the box. Where west is greater than east, the box crosses the 180th meridian. */
function isBetween(x: number, west: number, east: number): boolean {
  return west <= east ? x >= west && x <= east : (x >= west && x <= 180) || (x <= east && x >= -180)
}

function both(truths: readonly Truth[]): Truth {
  return truths.includes(false) ? false : truths.includes(null) ? null : true
}

function invert(truth: Truth): Truth {
  return truth === null ? null : !truth
}
