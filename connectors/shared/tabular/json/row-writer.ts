import { Unreadable } from '../unreadable.js'
import { type ColumnReading, type Kinds, noKinds, oneLine, placeValue, readingOf } from './column-kinds.js'
import { LineFiles } from '../line-files.js'
import { eachMember } from './members.js'

const columnsMax = 5000

/** A column that the objects of a file have. */
export interface JsonColumn extends ColumnReading {
  name: string
  kinds: Kinds
}

/**
 * Writes objects as lines whose keys are a value's kind and its column's position, in the order in which names first appear, so that the
 * engine reads them by declared columns: no key is a name there, numbers keep their digits, and memory does not grow with the file.
 */
export class RowWriter {
  readonly #names: string[] = []
  readonly #kinds: Kinds[] = []
  /** Positions by key as it stands in a file, and by name. */
  readonly #byKey = new Map<string, number>()
  readonly #byName = new Map<string, number>()
  readonly #files: LineFiles
  /** Values of a column that is no member of the objects, such as a feature's id. */
  readonly #own: Kinds = noKinds()
  repeated = 0

  /** @param base where the lines are put, with a number behind it. */
  constructor(base: string) {
    this.#files = new LineFiles(base, 'latin1')
  }

  /**
   * One row: an object's text (valid JSON, latin1).
   * @param beside values to put beside it under keys of the caller's own, which are no columns. @param own the value of the column `own`.
   */
  add(object: string, beside: Readonly<Record<string, string>> = {}, own?: string): void {
    const parts: string[] = []
    const seen = new Set<number>()
    const put = (position: number, value: string) => {
      if (seen.has(position)) return void this.repeated++
      seen.add(position)
      if (value !== 'null') parts.push(placeValue(this.#kinds[position] as Kinds, value, position))
    }
    eachMember(object, (key, value) => put(this.#byKey.get(key) ?? this.#position(key), value))
    for (const [key, value] of Object.entries(beside)) parts.push(`"${key}":${oneLine(value)}`)
    if (own !== undefined && own !== 'null') parts.push(placeValue(this.#own, own, columnsMax))
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
    return this.#names.map((name, position) => ({
      name,
      kinds: this.#kinds[position] as Kinds,
      ...readingOf(this.#kinds[position] as Kinds, position),
    }))
  }

  /** The column of the values beside the objects, of this name; nothing where no row has one. */
  own(name: string): JsonColumn | undefined {
    const reading = readingOf(this.#own, columnsMax)
    return Object.keys(reading.reads).length === 0 ? undefined : { name, kinds: this.#own, ...reading }
  }

  /** The lines as a table expression of the keys that are read. */
  from(reads: Readonly<Record<string, string>>): string {
    // The engine wants a column, even where no value is read.
    return this.#files.from(Object.keys(reads).length === 0 ? { none: 'VARCHAR' } : reads)
  }

  #position(key: string): number {
    const name = JSON.parse(Buffer.from(key, 'latin1').toString('utf8')) as string
    const position = this.#byName.get(name) ?? this.#names.length
    if (position === this.#names.length) {
      if (position === columnsMax) throw new Unreadable(`The table has more than ${columnsMax} columns.`)
      this.#names.push(name)
      this.#kinds.push(noKinds())
    }
    this.#byName.set(name, position)
    this.#byKey.set(key, position)
    return position
  }
}
