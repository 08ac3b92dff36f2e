import type { Decision } from './decision.js'
import type { Pattern } from './pattern.js'
import { areOf, signs } from './signs.js'

const { digit, dash, dot, clock, tee } = signs

/**
 * A SQL test that is much faster than the decision's pattern: if it is true for a value, either the pattern fits or the engine's own cast
 * fails. Undefined if no such test is known.
 * @param seen the signs of all values of the column
 */
export function glance({ shape, isMixedScale }: Decision, { kind }: Pattern, value: string, seen: number): string | undefined {
  // Numbers must not start with zero, point or sign. For dates, the engine would accept `19-9-12-01` and `2024-01-3-`, for times
  // `24:00:00`.
  const numeral = `${value} >= '1'`
  const isOf = (allowed: number) => areOf(seen, allowed)
  if (kind === 'NUMBER' && shape.type === 'INT64' && isOf(digit | dash)) return numeral
  const fraction = `(${numeral} OR ${value} > '0.' AND ${value} < '0/')`
  if (kind === 'NUMBER' && shape.type === 'DECIMAL' && isOf(digit | dash | dot)) {
    const places = `strlen(${value}) - ${shape.scale}`
    if (isMixedScale !== true) return `${numeral} AND strpos(${value}, '.') = nullif(${places}, 0)`
    return `${fraction} AND (NOT contains(${value}, '.') OR strpos(${value}, '.') >= ${places}) AND NOT suffix(${value}, '.')`
  }
  if (kind === 'NUMBER' && shape.type === 'DOUBLE' && isOf(digit | dash | dot))
    return `${fraction} AND strlen(${value}) <= 15 AND NOT suffix(${value}, '.')`
  if (kind === 'DATE' && isOf(digit | dash)) return `${value} LIKE '____-__-__' AND strpos(${value}, '-') = 5 AND NOT suffix(${value}, '-')`
  if (kind === 'TIMESTAMP' && isOf(digit | dash | clock | tee))
    return `${value} >= '0' AND ${value} LIKE '____-__-__T__:__:__' AND NOT contains(${value}, 'T24')`
  return undefined
}
