import type { GrowingBytes } from '../../shared/parquet/column-page.js'
import { decimalBytes } from '../../shared/parquet/physical.js'
import { TypeMismatch } from '../../../src/errors.js'

const negative = 0x4000
const special = 0x8000
/** With at most so many digits, every step of whole-number arithmetic in doubles is exact. */
const exactDigits = 15

/**
 * Writes one binary NUMERIC (groups of four digits; src/backend/utils/adt/numeric.c, numeric_send) as a DECIMAL of this scale: 128 bits,
 * big-endian.
 * @throws TypeMismatch for NaN, for infinities, and for a number with more decimals than the scale or more than 38 digits.
 */
export function writeNumeric(into: GrowingBytes, source: Buffer, at: number, scale: number): void {
  const groups = (source[at]! << 8) | source[at + 1]!
  const weight = source.readInt16BE(at + 2)
  const sign = (source[at + 4]! << 8) | source[at + 5]!
  if ((sign & special) !== 0) {
    throw new TypeMismatch('A number of the source is NaN or infinite, which a DECIMAL cannot hold. Filter such rows out at the source.')
  }
  // The position of the last group, relative to the last digit of the scale.
  const shift = scale + 4 * (weight - groups + 1)
  if (groups * 4 + Math.max(shift, 0) <= exactDigits) {
    let whole = 0
    for (let group = 0, from = at + 8; group < groups; group++, from += 2)
      whole = whole * 10_000 + ((source[from]! << 8) | source[from + 1]!)
    whole = shift >= 0 ? whole * 10 ** shift : whole / 10 ** -shift
    if (!Number.isInteger(whole)) throw tooFine()
    writeSmall(into, sign === negative ? -whole : whole)
  } else {
    writeLarge(into, large(source, at, groups, shift) * (sign === negative ? -1n : 1n))
  }
}

function large(source: Buffer, at: number, groups: number, shift: number): bigint {
  let whole = 0n
  for (let group = 0; group < groups; group++) whole = whole * 10_000n + BigInt(source.readUInt16BE(at + 8 + group * 2))
  if (shift >= 0) whole *= 10n ** BigInt(shift)
  else {
    const unit = 10n ** BigInt(-shift)
    if (whole % unit !== 0n) throw tooFine()
    whole /= unit
  }
  if (whole >= 10n ** 38n) throw new TypeMismatch('A number of the source has more than 38 digits.')
  return whole
}

function writeSmall(into: GrowingBytes, value: number): void {
  into.reserve(decimalBytes)
  const { bytes, used } = into
  const high = Math.floor(value / 0x1_0000_0000)
  const sign = value < 0 ? 0xff : 0
  bytes.fill(sign, used, used + 8)
  bytes.writeInt32BE(high, used + 8)
  bytes.writeUInt32BE(value - high * 0x1_0000_0000, used + 12)
  into.used += decimalBytes
}

function writeLarge(into: GrowingBytes, value: bigint): void {
  into.reserve(decimalBytes)
  into.bytes.writeBigInt64BE(value >> 64n, into.used)
  into.bytes.writeBigUInt64BE(BigInt.asUintN(64, value), into.used + 8)
  into.used += decimalBytes
}

function tooFine(): TypeMismatch {
  return new TypeMismatch(
    'A number of the source has more digits after its point than its column says. It is right again after the next harvest.',
  )
}
