import type { Shape } from '../../../src/connector/column.js'
import { SourceUnavailable, TypeMismatch } from '../../../src/errors.js'
import type { ColumnPage, GrowingBytes } from '../../shared/parquet/column-page.js'
import { writeNumeric } from './numeric.js'

/** Writes one value into a column, from PostgreSQL's binary format. The caller has already counted the row. */
export type Field = (page: ColumnPage, source: Buffer, at: number, length: number) => void

/** PostgreSQL counts days and times from 2000-01-01; Parquet counts from 1970-01-01. */
const epochDays = 10_957
const epochMicrosHigh = Math.floor((epochDays * 86_400_000_000) / 0x1_0000_0000)
const epochMicrosLow = (epochDays * 86_400_000_000) % 0x1_0000_0000

/** How to write the values of a shape. */
export function fieldOf({ type, scale = 0 }: Shape): Field {
  switch (type) {
    case 'BOOLEAN':
      return boolean
    case 'INT64':
      return whole
    case 'DOUBLE':
    case 'TIME':
      return eightBytes
    case 'DATE':
      return date
    case 'TIMESTAMP':
    case 'TIMESTAMPTZ':
      return moment
    case 'DECIMAL':
      return (page, source, at) => writeNumeric(page.values, source, at, scale)
    case 'STRING':
    case 'GEOMETRY':
    case 'JSON':
    case 'LIST':
      return text
  }
}

function boolean(page: ColumnPage, source: Buffer, at: number, length: number): void {
  checkLength(length, 1)
  const { values } = page
  const bit = (page.count - 1) & 7
  if (bit === 0) {
    values.reserve(1)
    values.bytes[values.used++] = 0
  }
  if (source[at] === 1) values.bytes[values.used - 1]! |= 1 << bit
}

/** Writes the bytes of a number in reverse order. */
function eightBytes(page: ColumnPage, source: Buffer, at: number, length: number): void {
  checkLength(length, 8)
  const { values } = page
  values.reserve(8)
  const { bytes, used } = values
  bytes[used] = source[at + 7]!
  bytes[used + 1] = source[at + 6]!
  bytes[used + 2] = source[at + 5]!
  bytes[used + 3] = source[at + 4]!
  bytes[used + 4] = source[at + 3]!
  bytes[used + 5] = source[at + 2]!
  bytes[used + 6] = source[at + 1]!
  bytes[used + 7] = source[at]!
  values.used = used + 8
}

/** An int4 column is read as int4, without a cast, so that the database can use its index. */
function whole(page: ColumnPage, source: Buffer, at: number, length: number): void {
  if (length === 8) return eightBytes(page, source, at, length)
  if (length !== 2) checkLength(length, 4)
  const value = length === 2 ? source.readInt16BE(at) : source.readInt32BE(at)
  page.values.reserve(8)
  writeWord(page.values, value)
  writeWord(page.values, value < 0 ? -1 : 0)
}

/** Infinite dates stay infinite: the engine has them too, the lower one a unit higher. */
function date(page: ColumnPage, source: Buffer, at: number, length: number): void {
  checkLength(length, 4)
  const days = source.readInt32BE(at)
  page.values.reserve(4)
  writeWord(page.values, days === 0x7fff_ffff ? days : days === -0x8000_0000 ? -0x7fff_ffff : days + epochDays)
}

function moment(page: ColumnPage, source: Buffer, at: number, length: number): void {
  checkLength(length, 8)
  let high = source.readInt32BE(at)
  let low = source.readUInt32BE(at + 4)
  if (high === -0x8000_0000 && low === 0) low = 1
  else if (high !== 0x7fff_ffff || low !== 0xffff_ffff) {
    low += epochMicrosLow
    high += epochMicrosHigh
    if (low >= 0x1_0000_0000) {
      low -= 0x1_0000_0000
      high++
    }
    if (high > 0x7fff_ffff) throw new TypeMismatch('A moment of the source is later than the year 294246, which nothing here can hold.')
  }
  page.values.reserve(8)
  writeWord(page.values, low)
  writeWord(page.values, high)
}

function text(page: ColumnPage, source: Buffer, at: number, length: number): void {
  const { values } = page
  values.reserve(4 + length)
  writeWord(values, length)
  const { bytes, used } = values
  // For a short text, a call into native code costs more than this loop.
  if (length > 40) source.copy(bytes, used, at, at + length)
  else for (let offset = 0; offset < length; offset++) bytes[used + offset] = source[at + offset]!
  values.used = used + length
}

function writeWord(values: GrowingBytes, word: number): void {
  const { bytes, used } = values
  bytes[used] = word
  bytes[used + 1] = word >>> 8
  bytes[used + 2] = word >>> 16
  bytes[used + 3] = word >>> 24
  values.used = used + 4
}

function checkLength(length: number, wanted: number): void {
  if (length !== wanted)
    throw new SourceUnavailable('The source answered a value of another type than was asked for. It is right again after the next harvest.')
}
