import type { Shape } from '../../connector/column.js'
import type { Literal } from '../../connector/relation.js'
import { BadUserInput, TypeMismatch } from '../../errors.js'
import type { Cell, Path } from '../1-parse/filter.js'

const int64Max = 2n ** 63n - 1n
const date = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/
const time = /^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?$/
const offset = /(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/

/** Where a value stands in the input, and the name of the column that it is compared with. */
interface Place {
  readonly column: string
  readonly path: Path
}

/** A client's value as a literal of a column's type. Accepts a string for any type, in the type's canonical form. Converts nothing else. */
export function literal(cell: Cell, shape: Shape, place: Place): Literal {
  const text = typeof cell === 'string' ? cell : undefined
  switch (shape.type) {
    case 'STRING':
      if (text === undefined) throw mismatch('text', place)
      return { kind: 'literal', shape, value: text }
    case 'BOOLEAN':
      if (typeof cell !== 'boolean' && text !== 'true' && text !== 'false') throw mismatch('true or false', place)
      return { kind: 'literal', shape, value: String(cell) }
    case 'INT64':
      return { kind: 'literal', shape, value: wholeNumber(cell, place) }
    case 'DOUBLE':
      if (
        typeof cell === 'boolean' ||
        (text !== undefined && !/^-?\d+(\.\d+)?([eE][+-]?\d{1,3})?$/.test(text)) ||
        !Number.isFinite(Number(cell))
      ) {
        throw mismatch('a number', place)
      }
      // A DOUBLE would round this number, and the filter would then match another value.
      if (text !== undefined && /^-?\d+$/.test(text) && BigInt(Number(text)) !== BigInt(text))
        throw mismatch('numbers that a DOUBLE can hold: this one has too many digits', place)
      return { kind: 'literal', shape, value: String(cell) }
    case 'DECIMAL':
      return decimal(cell, place)
    case 'DATE':
      if (text === undefined || !isDate(text)) throw mismatch('a date: 2026-01-09', place)
      return { kind: 'literal', shape, value: text }
    case 'TIME':
      if (text === undefined || !time.test(text)) throw mismatch('a time: 13:55:48', place)
      return { kind: 'literal', shape, value: withSeconds(text) }
    case 'TIMESTAMP':
      if (text === undefined || !(isDate(text) || isTimestamp(text))) throw mismatch('a local date and time: 2026-01-09T13:55:48', place)
      return { kind: 'literal', shape, value: isDate(text) ? `${text}T00:00:00` : withSeconds(text) }
    case 'TIMESTAMPTZ':
      if (text === undefined || !offset.test(text) || !isTimestamp(text.replace(offset, '')))
        throw mismatch('an instant: 2026-01-09T13:55:48Z', place)
      return { kind: 'literal', shape, value: withSeconds(text) }
    case 'GEOMETRY':
    case 'JSON':
    case 'LIST':
      throw new TypeMismatch(
        `'${place.column}' is ${shape.type} and cannot be compared.${shape.type === 'GEOMETRY' ? ' Use withinBox or isNull.' : ' Use isNull.'}`,
        { inputPath: place.path },
      )
  }
}

function wholeNumber(cell: Cell, place: Place): string {
  if (typeof cell === 'number' && Number.isInteger(cell)) return String(safe(cell, place))
  if (typeof cell !== 'string' || !/^(0|-?[1-9]\d{0,18})$/.test(cell)) throw mismatch('a whole number', place)
  const value = BigInt(cell)
  if (value > int64Max || value < -int64Max - 1n) throw mismatch('a whole number of 64 bits', place)
  return cell
}

/** The literal keeps its own scale. With the column's scale, 1.005 would be rounded. */
function decimal(cell: Cell, place: Place): Literal {
  if (typeof cell === 'number' && Number.isInteger(cell)) safe(cell, place)
  const text = typeof cell === 'boolean' ? '' : String(cell)
  const digits = /^-?(\d+)(?:\.(\d+))?$/.exec(text)
  if (digits === null) throw mismatch('a decimal number: 12.50', place)
  const scale = digits[2]?.length ?? 0
  if ((digits[1] as string).length + scale > 38) throw mismatch('a decimal number of at most 38 digits', place)
  return { kind: 'literal', shape: { type: 'DECIMAL', scale }, value: text }
}

function safe(value: number, place: Place): number {
  if (Number.isSafeInteger(value)) return value
  throw new BadUserInput('This whole number is beyond 2^53 and may have been rounded on its way. Give it as a string.', {
    inputPath: place.path,
  })
}

function isDate(text: string): boolean {
  if (!date.test(text)) return false
  const day = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text)
}

function isTimestamp(text: string): boolean {
  const [day = '', clock = ''] = text.split('T')
  return isDate(day) && time.test(clock) && text.split('T').length === 2
}

/** The canonical text of a time has seconds, so `13:55` becomes `13:55:00`. */
function withSeconds(text: string): string {
  return text.replace(/(^|T)(\d\d:\d\d)(?=$|Z|[+-])/, '$1$2:00')
}

function mismatch(wanted: string, { column, path }: Place): TypeMismatch {
  return new TypeMismatch(`'${column}' is compared with ${wanted}.`, { inputPath: path })
}
