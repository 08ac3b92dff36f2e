import type { Shape } from '../../../../src/connector/column.js'

/** Counts that show which type holds a column's numbers exactly. */
export interface NumberRange {
  /** Whole numbers that fit 64 bits. */
  whole: number
  /** All other numbers. */
  others: number
  exponents: number
  /** The most digits before the point. */
  wholeDigits: number
  /** The most decimals: as written, and without trailing zeros. */
  scale: number
  trueScale: number
  /** Numbers that a DOUBLE does not hold as written; of them, those with more digits than any DOUBLE. */
  inexact: number
  beyond: number
}

/** The counts before any number. */
export function emptyRange(): NumberRange {
  return { whole: 0, others: 0, exponents: 0, wholeDigits: 0, scale: 0, trueScale: 0, inexact: 0, beyond: 0 }
}

const doubleDigits = 17

/** Counts a number in JSON's notation. Returns whether it is a whole number that fits 64 bits. */
export function countNumber(range: NumberRange, text: string): boolean {
  const { length } = text
  if (isPlainWhole(text)) {
    const digits = text.charCodeAt(0) === 0x2d ? length - 1 : length
    if (digits > range.wholeDigits) range.wholeDigits = digits
    if (length > 15 && !Number.isSafeInteger(Number(text)) && !isHeld(text)) range.inexact++
    if (length <= 18 || (length <= 20 && BigInt.asIntN(64, BigInt(text)) === BigInt(text))) {
      range.whole++
      return true
    }
    range.others++
    if (significant(text).digits.length > doubleDigits) range.beyond++
    return false
  }
  range.others++
  const { wholeDigits, scale, trueScale, digits, isExponent } = measure(text)
  if (isExponent) range.exponents++
  if (wholeDigits > range.wholeDigits) range.wholeDigits = wholeDigits
  if (scale > range.scale) range.scale = scale
  if (trueScale > range.trueScale) range.trueScale = trueScale
  if ((length > 16 || isExponent) && !isHeld(text)) {
    range.inexact++
    const value = Number(text)
    if (digits > doubleDigits || !Number.isFinite(value) || (value === 0 && digits > 0)) range.beyond++
  }
  return false
}

function isPlainWhole(text: string): boolean {
  for (let at = text.length - 1; at > 0; at--) {
    const code = text.charCodeAt(at)
    if (code < 0x30 || code > 0x39) return false
  }
  return true
}

function measure(text: string): { wholeDigits: number; scale: number; trueScale: number; digits: number; isExponent: boolean } {
  const [mantissa = '', exponent] = text.toLowerCase().split('e')
  if (exponent === undefined) {
    const start = text.charCodeAt(0) === 0x2d ? 1 : 0
    const point = text.indexOf('.')
    const scale = text.length - point - 1
    let end = text.length
    while (text.charCodeAt(end - 1) === 0x30) end--
    return { wholeDigits: point - start, scale, trueScale: end - point - 1, digits: text.length - start - 1, isExponent: false }
  }
  const { digits, power } = significant(mantissa)
  const shift = power + Number(exponent)
  const scale = Math.max(0, -shift)
  return { wholeDigits: Math.max(1, digits.length + shift), scale, trueScale: scale, digits: digits.length, isExponent: true }
}

/** The significant digits, and the power of ten to multiply them by. */
function significant(text: string): { digits: string; power: number } {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().replace(/^-/, '').split('e')
  const [whole = '', fraction = ''] = mantissa.split('.')
  const all = (whole + fraction).replace(/^0+/, '')
  const digits = all.replace(/0+$/, '')
  return { digits, power: digits === '' ? 0 : Number(exponent) - fraction.length + (all.length - digits.length) }
}

/**
 * Whether a DOUBLE gives back the same digits: in its shortest form, or with 17 digits, as C and GIS programs print them. In either form,
 * different texts are different numbers.
 */
function isHeld(text: string): boolean {
  const value = Number(text)
  if (!Number.isFinite(value)) return false
  const { digits, power } = significant(text)
  return [String(value), value.toPrecision(17)].some((written) => {
    const other = significant(written)
    return digits === other.digits && power === other.power
  })
}

const moneyScale = 4
const scaleMax = 20
const digitsMax = 38

/**
 * The type that keeps every number of a column as written: INT64; DECIMAL with the largest scale, up to four; DOUBLE for more decimals or
 * exponents, if each number is a spelling of its DOUBLE; otherwise DECIMAL with more digits, or text.
 */
export function shapeOfNumbers(range: NumberRange): { shape: Shape; problem?: string } {
  const { others, exponents, wholeDigits, scale, inexact, beyond } = range
  if (others === 0) return { shape: { type: 'INT64' } }
  const decimal: Shape | undefined = wholeDigits + scale <= digitsMax && scale <= scaleMax ? { type: 'DECIMAL', scale } : undefined
  if (exponents === 0 && scale <= moneyScale && decimal !== undefined) return { shape: decimal }
  if (inexact === 0) return { shape: { type: 'DOUBLE' } }
  if (decimal !== undefined) return { shape: decimal }
  if (beyond === 0)
    return {
      shape: { type: 'DOUBLE' },
      problem: 'its numbers have 16 or 17 digits, of which a DOUBLE may change the last; read as DOUBLE.',
    }
  return { shape: { type: 'STRING' }, problem: 'its numbers have more digits, or are larger, than can be held exactly; kept as text.' }
}
