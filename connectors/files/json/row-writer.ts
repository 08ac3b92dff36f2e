import { open, type FileHandle } from 'node:fs/promises'
import type { Shape } from '../../../src/connector/column.js'
import { columnAt, fileLiteral } from '../sql.js'
import { Unreadable } from '../unreadable.js'
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
  #lines: string[] = []
  #lineBytesMost = 0
  #bytes = 0
  rows = 0
  repeated = 0

  private constructor(
    private readonly path: string,
    private readonly file: FileHandle,
  ) {}

  static async create(path: string): Promise<RowWriter> {
    return new RowWriter(path, await open(path, 'w'))
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
    const line = `{${parts.join(',')}}\n`
    this.#lineBytesMost = Math.max(this.#lineBytesMost, line.length)
    this.#bytes += line.length
    this.#lines.push(line)
    this.rows++
  }

  /** Bytes of a row, on average. */
  get rowBytes(): number {
    return this.#bytes / Math.max(1, this.rows)
  }

  /** Writes what was added since; call it after every chunk. */
  async flush(): Promise<void> {
    const bytes = Buffer.from(this.#lines.join(''), 'latin1')
    this.#lines = []
    if (bytes.length > 0) await this.file.appendFile(bytes)
  }

  async close(): Promise<void> {
    await this.file.close()
  }

  /** The columns with the type that holds for all values. */
  columns(): JsonColumn[] {
    return this.#names.map((name, position) => ({ name, ...columnOf(this.#kinds[position] as Kinds) }))
  }

  /** The lines as a table expression of columns c0 …, and of the keys beside them. */
  from(columns: readonly JsonColumn[], beside: Readonly<Record<string, string>> = {}): string {
    const declared = columns.map(({ reads }, position) => `${columnAt(position)}: '${reads}'`)
    declared.push(...Object.entries(beside).map(([key, reads]) => `${key}: '${reads}'`))
    return (
      `read_json(${fileLiteral(this.path)}, format = 'newline_delimited', auto_detect = false, columns = {${declared.join(', ')}}, ` +
      `compression = 'uncompressed', maximum_object_size = ${Math.max(1 << 20, this.#lineBytesMost * 2)})`
    )
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
