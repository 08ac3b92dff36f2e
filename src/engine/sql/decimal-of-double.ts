import type { Shape } from '../../connector/column.js'
import { decimalScale, sqlType } from './type.js'

/**
 * Scales of a DECIMAL of 18 digits, which the engine reads a hundred times faster than one of 38. A double has 17 digits at most, so what
 * is too large for one scale has no more digits after the point than the next.
 */
const fastScales = [8, 6, 4, 2]
const [fastScaleMax, fastDigits] = [10, 18]

/**
 * SQL: a DOUBLE as DECIMAL with the digits by which it is written, such as 123456789.123, rounded half away from zero to the scale. The
 * engine's own cast multiplies, and gives 123456789.1229999872.
 */
export function decimalOfDouble(sql: string, to: Shape): string {
  const text = `CAST(${sql} AS VARCHAR)`
  const scale = decimalScale(to)
  const scales = scale > fastScaleMax ? [] : [scale, ...fastScales.filter((one) => one < scale)]
  const cases = scales.map((one) => `WHEN abs(${sql}) < 1e${fastDigits - one} THEN CAST(${text} AS DECIMAL(${fastDigits},${one}))`)
  const any = `CAST(${text} AS ${sqlType(to)})`
  return cases.length === 0 ? any : `CASE ${cases.join(' ')} ELSE ${any} END`
}
