import type { Shape } from '../../../src/connector/column.js'
import { columnAt } from '../../shared/engine-sql.js'
import { Unreadable } from '../unreadable.js'
import { LineFiles } from './line-files.js'
import { eachMember } from './members.js'

const columnsMax = 5000

/** What the values of one column are, as their texts show. */
interface Kinds {
  strings: number
  whole: number
  fractions: number
  booleans: number
  objects: number
  arrays: number
  /** Whole numbers that a BIGINT cannot hold. */
  huge: number
}

/** A column that the objects of a file have. */
export interface JsonColumn {
  name: string
  shape: Shape
  /** The engine's type to read it as. */
  reads: string
}

/**
 * Writes objects as lines with the keys c0, c1 … in the order in which names first appear, so that the engine reads them by declared
 * columns: no key is a name there, numbers keep their digits, and memory does not grow with the file.
 */
export class RowWriter {
  readonly #names: string[] = []
  readonly #kinds: Kinds[] = []
  /** Positions by key as it stands in a file, and by name. */
  readonly #byKey = new Map<string, number>()
  readonly #byName = new Map<string, number>()
  readonly #files: LineFiles
  repeated = 0

  /** @param base where the lines are put, with a number behind it. */
  constructor(base: string) {
    this.#files = new LineFiles(base, 'latin1')
  }

  /** One row: an object's text (valid JSON, latin1), and values to put beside it under keys of the caller's own, which are no columns. */
  add(object: string, beside: Readonly<Record<string, string>> = {}): void {
    const parts: string[] = []
    const seen = new Set<number>()
    const put = (position: number, value: string) => {
      if (seen.has(position)) return void this.repeated++
      seen.add(position)
      if (value !== 'null') count(this.#kinds[position] as Kinds, value)
      parts.push(`"${columnAt(position)}":${oneLine(value)}`)
    }
    eachMember(object, (key, value) => put(this.#byKey.get(key) ?? this.#position(key), value))
    for (const [key, value] of Object.entries(beside)) parts.push(`"${key}":${oneLine(value)}`)
    this.#files.add(`{${parts.join(',')}}`)
  }

  get rows(): number {
    return this.#files.rows
  }

  /** Bytes of a row, on average. */
  get rowBytes(): number {
    return this.#files.rowBytes
  }

  /** Writes what was added since; call it after every chunk. */
  flush(): Promise<void> {
    return this.#files.flush()
  }

  close(): Promise<void> {
    return this.#files.close()
  }

  /** The columns with the type that holds for all values. */
  columns(): JsonColumn[] {
    return this.#names.map((name, position) => ({ name, ...columnOf(this.#kinds[position] as Kinds) }))
  }

  /** The lines as a table expression of columns c0 …, and of the keys beside them. */
  from(columns: readonly JsonColumn[], beside: Readonly<Record<string, string>> = {}): string {
    return this.#files.from({ ...Object.fromEntries(columns.map(({ reads }, position) => [columnAt(position), reads])), ...beside })
  }

  #position(key: string): number {
    const name = JSON.parse(Buffer.from(key, 'latin1').toString('utf8')) as string
    const position = this.#byName.get(name) ?? this.#names.length
    if (position === this.#names.length) {
      if (position === columnsMax) throw new Unreadable(`The table has more than ${columnsMax} columns.`)
      this.#names.push(name)
      this.#kinds.push({ strings: 0, whole: 0, fractions: 0, booleans: 0, objects: 0, arrays: 0, huge: 0 })
    }
    this.#byName.set(name, position)
    this.#byKey.set(key, position)
    return position
  }
}

function oneLine(value: string): string {
  return /[\r\n]/.test(value) ? value.replace(/[\r\n]/g, ' ') : value
}

function count(kinds: Kinds, value: string): void {
  switch (value.charCodeAt(0)) {
    case 0x22:
      kinds.strings++
      break
    case 0x7b:
      kinds.objects++
      break
    case 0x5b:
      kinds.arrays++
      break
    case 0x74:
    case 0x66:
      kinds.booleans++
      break
    default:
      if (/[.eE]/.test(value)) kinds.fractions++
      else {
        kinds.whole++
        if (value.length > 20 || (value.length > 18 && BigInt.asIntN(64, BigInt(value)) !== BigInt(value))) kinds.huge++
      }
  }
}

/** Typed formats keep their types: text stays STRING whatever it looks like, and what is mixed is JSON. */
function columnOf(kinds: Kinds): { shape: Shape; reads: string } {
  const seen = (['strings', 'booleans', 'objects', 'arrays'] as const).filter((kind) => kinds[kind] > 0)
  const numbers = kinds.whole + kinds.fractions > 0
  if (seen.length === 0 && numbers) {
    const whole = kinds.fractions === 0 && kinds.huge === 0
    return whole ? { shape: { type: 'INT64' }, reads: 'BIGINT' } : { shape: { type: 'DOUBLE' }, reads: 'DOUBLE' }
  }
  if (numbers || seen.length > 1) return { shape: { type: 'JSON' }, reads: 'JSON' }
  switch (seen[0]) {
    case 'booleans':
      return { shape: { type: 'BOOLEAN' }, reads: 'BOOLEAN' }
    case 'objects':
      return { shape: { type: 'JSON' }, reads: 'JSON' }
    case 'arrays':
      return { shape: { type: 'LIST' }, reads: 'JSON' }
    default:
      return { shape: { type: 'STRING' }, reads: 'VARCHAR' }
  }
}
