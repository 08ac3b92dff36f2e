import type { Shape } from '../../../../src/connector/column.js'
import { countNumber, emptyRange, type NumberRange, shapeOfNumbers } from './number-range.js'

/** What the values of one column are, as their texts show. */
export interface Kinds {
  strings: number
  booleans: number
  objects: number
  arrays: number
  numbers: NumberRange
  /** Objects and arrays that hold numbers with more digits than the engine would write again. */
  long: number
  /** Texts that are times as .NET writes them. */
  dotNet: number
}

/** A column without values yet. */
export function noKinds(): Kinds {
  return { strings: 0, booleans: 0, objects: 0, arrays: 0, numbers: emptyRange(), long: 0, dotNet: 0 }
}

/** How values lie in the lines: each kind under a key of its own, so that the engine reads every kind exactly. */
type Kind = 's' | 'b' | 'i' | 'n' | 'j' | 'r'
const engineTypes: Record<Kind, string> = { s: 'VARCHAR', b: 'BOOLEAN', i: 'BIGINT', n: 'VARCHAR', j: 'JSON', r: 'VARCHAR' }

/** Digits that the engine may write otherwise: more than a DOUBLE holds, or an exponent. */
const longNumber = /[0-9.]{17}|[0-9][eE][-+0-9]/

/** Counts a value (not null) and answers its member of the line: its key and the text to put there. */
export function placeValue(kinds: Kinds, value: string, position: number): string {
  switch (value.charCodeAt(0)) {
    case 0x22:
      kinds.strings++
      if (isSlash(value.charCodeAt(1)) && dotNetTime.test(value)) kinds.dotNet++
      return `"s${position}":${value}`
    case 0x7b:
    case 0x5b:
      if (value.charCodeAt(0) === 0x7b) kinds.objects++
      else kinds.arrays++
      if (!longNumber.test(value)) return `"j${position}":${oneLine(value)}`
      kinds.long++
      return `"r${position}":${JSON.stringify(withoutBlanks(value))}`
    case 0x74:
    case 0x66:
      kinds.booleans++
      return `"b${position}":${value}`
    default:
      return countNumber(kinds.numbers, value) ? `"i${position}":${value}` : `"n${position}":"${value}"`
  }
}

/** `/Date(1704067200000+0000)/`; JSON of .NET escapes the slashes. */
const dotNetTime = /^"\\?\/Date\(-?\d/
const isSlash = (code: number) => code === 0x2f || code === 0x5c

/** A value's text on one line. */
export function oneLine(value: string): string {
  return /[\r\n]/.test(value) ? value.replace(/[\r\n]/g, ' ') : value
}

function withoutBlanks(value: string): string {
  const parts: string[] = []
  let from = 0
  for (let at = 0, inString = false; at < value.length; at++) {
    const code = value.charCodeAt(at)
    if (code === 0x22) inString = !inString
    else if (inString && code === 0x5c) at++
    else if (!inString && code <= 0x20) {
      parts.push(value.slice(from, at))
      from = at + 1
    }
  }
  return from === 0 ? value : parts.join('') + value.slice(from)
}

/** A column as it can be read from the lines. */
export interface ColumnReading {
  shape: Shape
  /** The value in the engine's type for the shape, over the keys of the lines. */
  sql: string
  /** The value as text. */
  text: string
  /** The engine's types of the keys that are read. */
  reads: Record<string, string>
  problem?: string
}

/** Typed formats keep their types: text stays STRING whatever it looks like, and what is mixed is JSON. */
export function readingOf(kinds: Kinds, position: number): ColumnReading {
  const { numbers } = kinds
  const counts: Record<Kind, number> = {
    s: kinds.strings,
    b: kinds.booleans,
    i: numbers.whole,
    n: numbers.others,
    j: kinds.objects + kinds.arrays - kinds.long,
    r: kinds.long,
  }
  const seen = (Object.keys(counts) as Kind[]).filter((kind) => counts[kind] > 0)
  const reads = Object.fromEntries(seen.map((kind) => [`${kind}${position}`, engineTypes[kind]]))
  const first = (...parts: string[]) => (parts.length > 1 ? `coalesce(${parts.join(', ')})` : (parts[0] ?? 'CAST(NULL AS VARCHAR)'))
  const textOf = (kind: Kind) => (engineTypes[kind] === 'VARCHAR' ? `${kind}${position}` : `CAST(${kind}${position} AS VARCHAR)`)
  const text = first(...seen.map(textOf))
  const are = (...kindsOf: Kind[]) => seen.every((kind) => kindsOf.includes(kind))
  if (are('s')) return { shape: { type: 'STRING' }, sql: text, text, reads, ...(kinds.dotNet === 0 ? {} : { problem: dotNetProblem }) }
  if (are('b')) return { shape: { type: 'BOOLEAN' }, sql: `b${position}`, text, reads }
  if (are('i', 'n')) return { ...readingOfNumbers(numbers, position, text), text, reads }
  const json = first(...seen.map((kind) => (kind === 's' ? `CAST(to_json(s${position}) AS VARCHAR)` : textOf(kind))))
  return {
    shape: { type: kinds.objects === 0 && are('j', 'r') ? 'LIST' : 'JSON' },
    sql: json,
    text,
    reads,
    ...(are('j', 'r') ? {} : { problem: mixedProblem(kinds) }),
  }
}

const dotNetProblem =
  'its values are times as .NET writes them (/Date(…)/, milliseconds from 1970); kept as text. Write them by ISO 8601 (2024-01-31T09:30:00Z).'

/** Values of several kinds keep their kind only as JSON, in which a text has quotes around it. */
function mixedProblem({ strings, booleans, objects, arrays, numbers }: Kinds): string {
  const counts = { texts: strings, numbers: numbers.whole + numbers.others, 'true or false': booleans, objects, lists: arrays }
  const shown = Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `${kind}: ${count}`)
    .join(', ')
  return `its values are of several kinds (${shown}); read as JSON, in which texts stand in quotes. Make them one kind, or say \`type: STRING\` in catalogue.yaml.`
}

function readingOfNumbers(numbers: NumberRange, position: number, text: string): { shape: Shape; sql: string; problem?: string } {
  const found = shapeOfNumbers(numbers)
  switch (found.shape.type) {
    case 'INT64':
      return { ...found, sql: `i${position}` }
    case 'STRING':
      return { ...found, sql: text }
    case 'DECIMAL': {
      const scale = found.shape.scale ?? 0
      return { ...found, sql: `CAST(${text} AS DECIMAL(${numbers.wholeDigits + scale <= 18 ? 18 : 38}, ${scale}))` }
    }
    default:
      return { ...found, sql: `CAST(${text} AS DOUBLE)` }
  }
}
