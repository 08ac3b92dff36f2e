import type { Shape } from '../../../../src/connector/column.js'
import { countNumber, emptyRange, type NumberRange, shapeOfNumbers } from './number-range.js'

/** Counts of the kinds of values in a column, by their texts. */
export interface Kinds {
  strings: number
  booleans: number
  objects: number
  arrays: number
  numbers: NumberRange
  /** Objects and arrays with numbers of more digits than the engine would write again. */
  long: number
  /** Texts that are times in the form of .NET. */
  dotNet: number
}

/** The counts of a column without values. */
export function noKinds(): Kinds {
  return { strings: 0, booleans: 0, objects: 0, arrays: 0, numbers: emptyRange(), long: 0, dotNet: 0 }
}

/** The keys of a value in a line. Each kind has its own key, so that the engine reads every kind exactly. */
type Kind = 's' | 'b' | 'i' | 'n' | 'j' | 'r'
const engineTypes: Record<Kind, string> = { s: 'VARCHAR', b: 'BOOLEAN', i: 'BIGINT', n: 'VARCHAR', j: 'JSON', r: 'VARCHAR' }

/** Numbers that the engine may write differently: more digits than a DOUBLE holds, or an exponent. */
const longNumber = /[0-9.]{17}|[0-9][eE][-+0-9]/

/** Counts a value (not null) and returns its key and text for the line. */
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

/** `/Date(1704067200000+0000)/`. JSON of .NET escapes the slashes. */
const dotNetTime = /^"\\?\/Date\(-?\d/
const isSlash = (code: number) => code === 0x2f || code === 0x5c

/** Writes a value's text on one line. */
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

/** How to read a column from the lines. */
export interface ColumnReading {
  shape: Shape
  /** SQL of the value in the engine's type for the shape, over the keys of the lines. */
  sql: string
  /** SQL of the value as text. */
  text: string
  /** The engine's types of the keys that are read. */
  reads: Record<string, string>
  problem?: string
}

/** Chooses a column's type. JSON is typed already, so text stays STRING whatever it looks like, and mixed values become JSON. */
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

/** The report for values of several kinds. Only as JSON do they keep their kinds; texts then have quotes. */
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
