import { columnsMax, tooManyColumns } from '../columns-max.js'
import { Unreadable } from '../unreadable.js'
import { type ColumnReading, type Kinds, noKinds, oneLine, placeValue, readingOf } from './column-kinds.js'
import { LineFiles } from '../line-files.js'
import { eachMember } from './members.js'

/** A column of the file's objects. */
export interface JsonColumn extends ColumnReading {
  name: string
  kinds: Kinds
}

/**
 * Writes objects as lines that the engine reads with declared columns. A key is a value's kind and its column's position, in the order in
 * which names first appear. So no name becomes a key, numbers keep their digits, and memory does not grow with the file.
 */
export class RowWriter {
  readonly #names: string[] = []
  readonly #kinds: Kinds[] = []
  /** Positions by key as written in the file, and by name. */
  readonly #byKey = new Map<string, number>()
  readonly #byName = new Map<string, number>()
  readonly #files: LineFiles
  /** Values of a column that is not a member of the objects, such as a feature's id. */
  readonly #own: Kinds = noKinds()
  repeated = 0

  /** @param base the path of the line files, before their number. */
  constructor(base: string) {
    this.#files = new LineFiles(base, 'latin1')
  }

  /**
   * Adds a row: an object's text (valid JSON, latin1).
   * @param beside further values of the line, by keys that are not columns.
   * @param own the value of the column `own`.
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

  /** The number of rows so far. */
  get rows(): number {
    return this.#files.rows
  }

  /** Bytes of a row, on average. */
  get rowBytes(): number {
    return this.#files.rowBytes
  }

  /** Writes the rows added since the last flush. Must be called after every chunk. */
  flush(): Promise<void> {
    return this.#files.flush()
  }

  /** Closes the line files. To be called after the last flush. */
  close(): Promise<void> {
    return this.#files.close()
  }

  /** The columns, each with the type that holds for all of its values. */
  columns(): JsonColumn[] {
    return this.#names.map((name, position) => ({
      name,
      kinds: this.#kinds[position] as Kinds,
      ...readingOf(this.#kinds[position] as Kinds, position),
    }))
  }

  /** The column of the values beside the objects, with this name; undefined if no row has one. */
  own(name: string): JsonColumn | undefined {
    const reading = readingOf(this.#own, columnsMax)
    return Object.keys(reading.reads).length === 0 ? undefined : { name, kinds: this.#own, ...reading }
  }

  /** A table expression of the lines, with the keys that are read. */
  from(reads: Readonly<Record<string, string>>): string {
    // The engine needs a column, even if no value is read.
    return this.#files.from(Object.keys(reads).length === 0 ? { none: 'VARCHAR' } : reads)
  }

  #position(key: string): number {
    const name = JSON.parse(Buffer.from(key, 'latin1').toString('utf8')) as string
    const position = this.#byName.get(name) ?? this.#names.length
    if (position === this.#names.length) {
      if (position === columnsMax) throw new Unreadable(tooManyColumns())
      this.#names.push(name)
      this.#kinds.push(noKinds())
    }
    this.#byName.set(name, position)
    this.#byKey.set(key, position)
    return position
  }
}
