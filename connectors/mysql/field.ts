import type { Shape } from '../../src/connector/column.js'
import { TypeMismatch } from '../../src/errors.js'
import type { ColumnPage, GrowingBytes } from '../shared/parquet/column-page.js'
import { decimalBytes } from '../shared/parquet/physical.js'

/** Writes one value into a column, from the text that MySQL sends. The caller has already counted the row. */
export type Field = (page: ColumnPage, value: Buffer) => void

/** How to write the values of a shape. */
export function fieldOf({ type, scale = 0 }: Shape): Field {
  switch (type) {
    case 'INT64':
      return (page, value) => writeLong(page.values, BigInt(value.toString('latin1')))
    case 'DOUBLE':
      return double
    case 'DECIMAL':
      return (page, value) => writeDecimal(page.values, value.toString('latin1'), scale)
    case 'DATE':
      return date
    case 'TIMESTAMP':
    case 'TIMESTAMPTZ':
      return moment
    case 'STRING':
    case 'JSON':
    case 'GEOMETRY':
    case 'LIST':
      return text
    case 'BOOLEAN':
    case 'TIME':
      throw new RangeError(`MySQL gives no ${type}`)
  }
}

function double(page: ColumnPage, value: Buffer): void {
  page.values.reserve(8)
  page.values.used = page.values.bytes.writeDoubleLE(Number(value.toString('latin1')), page.values.used)
}

function text(page: ColumnPage, value: Buffer): void {
  const { values } = page
  values.reserve(4 + value.length)
  values.used = values.bytes.writeUInt32LE(value.length, values.used)
  values.used += value.copy(values.bytes, values.used)
}

function date(page: ColumnPage, value: Buffer): void {
  page.values.reserve(4)
  page.values.used = page.values.bytes.writeInt32LE(daysOf(value.toString('latin1')), page.values.used)
}

/** Writes `2026-01-02 03:04:05.600000`. The session's time zone is UTC. */
function moment(page: ColumnPage, value: Buffer): void {
  const [day = '', clock = ''] = value.toString('latin1').split(' ')
  const [hours = '', minutes = '', seconds = ''] = clock.split(':')
  const [whole = '', fraction = ''] = seconds.split('.')
  const ofDay = (Number(hours) * 60 + Number(minutes)) * 60 + Number(whole)
  writeLong(page.values, BigInt(daysOf(day)) * 86_400_000_000n + BigInt(ofDay) * 1_000_000n + BigInt(fraction.padEnd(6, '0')))
}

/** @throws TypeMismatch for a date that MySQL accepts but no calendar has: 0000-00-00, 2026-02-00. */
function daysOf(day: string): number {
  const at = Date.parse(`${day}T00:00:00Z`)
  if (Number.isNaN(at))
    throw new TypeMismatch('A date of the source is no day of the calendar, such as 0000-00-00. Mend it there, or filter such rows out.')
  return at / 86_400_000
}

function writeDecimal(values: GrowingBytes, digits: string, scale: number): void {
  const [whole = '', fraction = ''] = digits.split('.')
  const unscaled = BigInt(`${whole}${fraction.slice(0, scale).padEnd(scale, '0')}`)
  if (/[1-9]/.test(fraction.slice(scale)) || unscaled >= 10n ** 38n || unscaled <= -(10n ** 38n)) {
    throw new TypeMismatch('A number of the source, or a sum, has more digits than a DECIMAL of its column holds.')
  }
  values.reserve(decimalBytes)
  values.bytes.writeBigInt64BE(unscaled >> 64n, values.used)
  values.bytes.writeBigUInt64BE(BigInt.asUintN(64, unscaled), values.used + 8)
  values.used += decimalBytes
}

function writeLong(values: GrowingBytes, value: bigint): void {
  values.reserve(8)
  values.used = values.bytes.writeBigInt64LE(value, values.used)
}
