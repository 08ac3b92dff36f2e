import { fix, isValid, toNormalised } from 'postcode'
import type { Shape } from '../../../src/connector/column.js'
import { plainBlanks, trimmed } from '../../support/blanks.js'
import { type Cell, type Decimal, isDecimal, textOf } from './cells.js'
import { unitsOf } from './oracle-measures.js'
import type { Normalise } from './world.js'

/** What is there, and is no such thing. */
export const damaged = Symbol('damaged')

/** A text that two keys share exactly where they are equal. Null where there is none. */
export type Key = string | null | typeof damaged

/** The key of all parts together: null where a part is, and damaged where one is. */
export function wholeKey(parts: readonly Key[]): Key {
  if (parts.includes(null)) return null
  return parts.includes(damaged) ? damaged : JSON.stringify(parts)
}

/** What a value is compared as, in plain JavaScript. */
export function keyOf(cell: Cell, { type }: Shape, normalise: Normalise = 'EXACT'): Key {
  if (cell === null) return null
  switch (normalise) {
    case 'EXACT':
      return exactText(cell)
    case 'TEXT':
      return typeof cell === 'number' ? doubleText(cell) : type === 'STRING' ? trimmed(cell as string).normalize('NFC') : textOf(cell)
    case 'UPRN':
      return uprn(cell)
    case 'POSTCODE': {
      const fixed = fix(plainBlanks(cell as string))
      return isValid(fixed) ? toNormalised(fixed) : damaged
    }
  }
}

/** 1 to 12 digits that are not zeros left by a spreadsheet. */
function uprn(cell: Exclude<Cell, null>): Key {
  const text = typeof cell === 'number' ? (Number.isInteger(cell) ? String(BigInt(cell)) : 'none') : textOf(cell)
  const [, digits] = /^([0-9]{1,12})(?:\.0*)?$/.exec(trimmed(text)) ?? []
  if (digits === undefined || /^0*$|0{7}$/.test(digits)) return damaged
  return String(BigInt(digits))
}

/** A DOUBLE as an answer writes it: the shortest digits that are this one alone, with an exponent below 0.0001 and from 1e16. */
function doubleText(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : value < 0 ? '-inf' : 'inf'
  const [digits = '', power = ''] = value.toExponential().split('e')
  const exponent = Number(power)
  if (exponent < -4 || exponent > 15) return `${digits}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
  return String(value === 0 ? 0 : value)
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
