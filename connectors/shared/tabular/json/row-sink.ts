import { join } from 'node:path'
import type { Conversion } from '../conversion.js'
import type { StagedTable } from '../staged-table.js'
import { columnNames } from '../layout/column-names.js'
import { Unreadable } from '../unreadable.js'
import { emptyTable } from './empty-table.js'
import { FeatureRows, isCollection, isFeature, isGeometry } from './feature-rows.js'
import { eachElement } from './members.js'
import { PageSigns } from './page.js'
import { isRecord, parse, type Parsed } from './parse.js'
import { RowWriter } from './row-writer.js'
import { stageRows } from './stage-rows.js'
import { Troubles } from './troubles.js'

/** What is known about the rows before they are read. */
export interface RowHints {
  /** The word for a row in reports. */
  one: 'Element' | 'Line' | 'Object' | 'Feature' | 'Member'
  /** Whether the file claims to hold GeoJSON features. */
  features?: boolean
  /** The column names for rows that are lists. */
  names?: readonly string[]
}

/**
 * Takes the texts of a file's rows: objects, GeoJSON features or collections of them, or lists with known names. Anything else is left out
 * and reported.
 */
export class RowSink {
  readonly page = new PageSigns()
  readonly #troubles = new Troubles()
  readonly #writer: RowWriter
  readonly #features: FeatureRows
  readonly #notes: string[] = []
  #mode: 'objects' | 'features' | 'lists' | undefined
  #keys: string[] = []
  #seen = 0
  /** Whether the last row is not valid JSON. */
  #isCut = false

  constructor(
    private readonly conversion: Conversion,
    private readonly hints: RowHints,
  ) {
    this.#writer = new RowWriter(join(conversion.scratch, 'rows'))
    this.#features = new FeatureRows(this.#writer, this.#troubles, this.page)
    if (hints.names !== undefined) this.#name(hints.names)
  }

  /** Adds a report on the file as a whole. */
  note(problem: string): void {
    if (!this.#notes.includes(problem)) this.#notes.push(problem)
  }

  /** Adds a member beside the list of rows: `"name": value`. */
  beside(text: string): void {
    if (this.hints.features === true) this.#features.beside(text)
    else this.page.see(text)
  }

  /**
   * Adds a row's text (latin1).
   * @param number its number in the file, from 1.
   * @param first members to put before its own, each followed by a comma.
   */
  add(text: string, number: number, first = ''): void {
    this.#seen++
    if (text === '') return this.#troubles.note('hole', number)
    const parsed = parse(text)
    this.#isCut = parsed === undefined
    if (parsed === undefined) return this.#troubles.note('invalid', number)
    for (const slip of parsed.slips ?? []) this.#troubles.note(slip, number)
    if (Array.isArray(parsed.value)) this.#list(parsed, number)
    else if (!isRecord(parsed.value)) this.#troubles.note('scalar', number)
    else
      this.#object(
        first === ''
          ? parsed.text
          : parsed.text.replace(/^\s*\{/, () => `{${/^\s*\{\s*\}/.test(parsed.text) ? first.slice(0, -1) : first}`),
        parsed.value,
        number,
      )
  }

  /** The number of rows so far. */
  get rows(): number {
    return this.#writer.rows
  }

  /** Writes the rows added since the last flush. Must be called after every chunk. */
  flush(): Promise<void> {
    return this.#writer.flush()
  }

  /** Closes the temporary files. Must always be called. */
  close(): Promise<void> {
    return this.#writer.close()
  }

  /**
   * The table of all rows.
   * @param problems the reports on the file's text.
   * @throws Unreadable if nothing can be read; NoRows if there are no rows.
   */
  async stage(problems: readonly string[]): Promise<StagedTable> {
    const rows = this.#writer.rows
    const one = this.#mode === 'features' ? (this.hints.one === 'Line' ? 'Line' : 'Feature') : this.hints.one
    const troubles = this.#troubles.problems(one)
    if (rows === 0 && this.#seen > 0 && this.#mode === undefined)
      throw new Unreadable(`No ${one.toLowerCase()} of the file is a JSON object. ${troubles.join(' ')}`.trim())
    const reported = [...problems, ...this.#notes, ...this.page.problems(rows), ...troubles]
    if (this.#isCut && this.hints.one !== 'Element')
      reported.push(
        `The last ${one.toLowerCase()} is one of those that are not valid JSON: the file may have been cut short. Fetch or save it again.`,
      )
    if (rows === 0) {
      const what =
        this.hints.features === true || this.#mode === 'features'
          ? 'The file is a FeatureCollection without features.'
          : 'The list of the file is empty.'
      if (troubles.length > 0) throw new Unreadable(`Nothing of the file can be read as a row. ${troubles.join(' ')}`)
      return emptyTable(this.conversion, what, reported)
    }
    return this.#mode === 'features' ? this.#features.stage(this.conversion, reported) : stageRows(this.#writer, this.conversion, reported)
  }

  #object(text: string, value: Record<string, unknown>, number: number): void {
    const hinted = this.hints.features === true && (isFeature(value) || isGeometry(value) || isCollection(value))
    this.#mode ??=
      hinted || isCollection(value) || isGeometry(value) || (value.type === 'Feature' && isFeature(value)) ? 'features' : 'objects'
    if (this.#mode === 'features') {
      if (!this.#features.add(text, value, number)) this.#troubles.note('foreign', number)
    } else this.#writer.add(text)
  }

  #list({ text, value }: Parsed, number: number): void {
    if (this.#mode !== undefined && this.#mode !== 'lists') return this.#troubles.note('list', number)
    const cells = value as readonly unknown[]
    if (this.#mode === undefined) {
      this.#mode = 'lists'
      const isHeader =
        cells.length > 0 && cells.every((cell) => typeof cell === 'string' && cell.trim() !== '') && new Set(cells).size === cells.length
      if (this.#keys.length === 0 && isHeader) {
        this.note('The rows are lists: the first of them was taken for the names of the columns. Publish a list of objects to be certain.')
        return this.#name(cells.map((cell) => Buffer.from(String(cell), 'latin1').toString('utf8')))
      }
      if (this.#keys.length === 0)
        this.note('The rows are lists without names: the columns were named by their places. Publish a list of objects.')
    }
    const members: string[] = []
    eachElement(text, (cell) => members.push(`${this.#keyAt(members.length)}:${cell}`))
    this.#writer.add(`{${members.join(',')}}`)
  }

  #keyAt(position: number): string {
    while (this.#keys.length <= position) this.#keys.push(`"column_${this.#keys.length + 1}"`)
    return this.#keys[position] as string
  }

  #name(given: readonly string[]): void {
    const { names, problems } = columnNames(given)
    for (const problem of problems) this.note(problem)
    this.#keys = names.map((name) => Buffer.from(JSON.stringify(name), 'utf8').toString('latin1'))
  }
}
