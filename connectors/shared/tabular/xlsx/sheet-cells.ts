import { columnOf, rowOf } from './cell-reference.js'
import { columnsMax, tooManyColumns } from '../columns-max.js'
import type { CellValue } from './cell-value.js'
import { type CellContext, readCell, type StoredCell } from './read-cell.js'
import { RichText } from './rich-text.js'
import { UnreadableSheet } from './unreadable-sheet.js'
import { isTrue } from './workbook-part.js'
import { type Attributes, XmlReader } from './xml-reader.js'

/** With more columns beyond those, the sheet is refused as too wide. */
const farColumnsMax = 50

/** A row with values by position, and its number in the sheet. Missing numbers are blank rows. */
export interface SheetRow {
  values: (CellValue | undefined)[]
  number: number
}

/** What a sheet says beside its values. Complete once all rows were read. */
export interface SheetNotes {
  /** Columns with values beyond `columnsMax`, which were left out. */
  readonly farColumns: ReadonlySet<number>
  /** How many cells occur twice. The later one was read. */
  readonly repeated: number
  /** How many rows with values are hidden, by hand or by a filter; and the first one's number. */
  readonly hiddenRows: number
  readonly firstHiddenRow: number | undefined
  /** Hidden columns, counted from 1. */
  readonly hiddenColumns: readonly (readonly [from: number, to: number])[]
  /** Rows at which merged cells begin that span several rows. Only the first ones are kept. */
  readonly mergedRows: readonly number[]
  readonly merged: number
  /** How many characters XML does not allow, or could not be decoded. */
  readonly oddities: number
}

const notedMax = 1000

/** Reads the XML of one sheet in pieces (ECMA-376, part 1, 18.3). */
export class SheetCells implements SheetNotes {
  readonly #reader: XmlReader
  readonly #text = new RichText()
  #rows: SheetRow[] = []
  #row: SheetRow | undefined
  #isHidden = false
  #isNumbered = false
  #number = 0
  #position = 0
  #at = 0
  readonly #cell: StoredCell = { type: undefined, style: undefined, value: undefined, inline: undefined, isFormula: false }
  #inValue = false
  #inInline = false
  readonly farColumns = new Set<number>()
  repeated = 0
  hiddenRows = 0
  firstHiddenRow: number | undefined
  readonly hiddenColumns: [number, number][] = []
  readonly mergedRows: number[] = []
  merged = 0
  #undecoded = 0

  constructor(private readonly context: CellContext) {
    this.#reader = new XmlReader('worksheet', {
      open: (name, attributes) => this.#open(name, attributes),
      close: (name) => this.#close(name),
      text: (text) => {
        if (this.#inValue) this.#cell.value = (this.#cell.value ?? '') + text
        else if (this.#inInline) this.#text.add(text)
      },
    })
  }

  get oddities(): number {
    return this.#reader.oddities + this.#undecoded
  }

  /** Returns the rows that end in this piece. @throws Unreadable if the sheet is damaged or has too many columns. */
  write(piece: string): SheetRow[] {
    if (piece.includes('\uFFFD')) this.#undecoded++
    this.#reader.write(piece)
    const rows = this.#rows
    this.#rows = []
    return rows
  }

  /** To be called at the end. @throws Unreadable if the sheet was cut short. */
  end(): void {
    this.#reader.end()
  }

  #open(name: string, attributes: Attributes): void {
    switch (name) {
      case 'c':
        return this.#openCell(attributes)
      case 'v':
        this.#inValue = this.#row !== undefined
        this.#cell.value ??= this.#inValue ? '' : undefined
        return
      case 'f':
        this.#cell.isFormula = true
        return
      case 'is':
        this.#inInline = true
        return this.#text.reset()
      case 'row':
        return this.#openRow(attributes)
      case 'col':
        if (isTrue(attributes.hidden) && this.hiddenColumns.length < notedMax)
          this.hiddenColumns.push([Number(attributes.min), Number(attributes.max)])
        return
      case 'mergeCell':
        return this.#merge(attributes.ref ?? '')
      default:
        if (this.#inInline) this.#text.open(name, attributes)
    }
  }

  #close(name: string): void {
    switch (name) {
      case 'v':
        this.#inValue = false
        return
      case 'c':
        return this.#closeCell()
      case 'is':
        this.#inInline = false
        this.#cell.inline = this.#text.value
        return
      case 'row':
        return this.#closeRow()
      default:
        if (this.#inInline) this.#text.close(name)
    }
  }

  #openRow({ r, hidden }: Attributes): void {
    const number = Number(r)
    this.#isNumbered = Number.isInteger(number) && number > 0
    this.#number = this.#isNumbered ? number : this.#number + 1
    this.#row = { values: [], number: this.#number }
    this.#isHidden = hidden !== undefined && isTrue(hidden)
    this.#position = 0
  }

  #closeRow(): void {
    const row = this.#row
    this.#row = undefined
    if (row === undefined || row.values.length === 0) return
    this.#rows.push(row)
    if (!this.#isHidden) return
    this.hiddenRows++
    this.firstHiddenRow ??= row.number
  }

  #openCell({ r, t, s }: Attributes): void {
    if (r !== undefined) {
      const position = columnOf(r)
      if (position !== undefined) this.#position = position - 1
      // A row without a number is placed by its cells.
      if (!this.#isNumbered && this.#row !== undefined) this.#row.number = this.#number = rowOf(r) ?? this.#number
    }
    this.#at = this.#position++
    const cell = this.#cell
    cell.type = t
    cell.style = s
    cell.value = cell.inline = undefined
    cell.isFormula = false
  }

  #closeCell(): void {
    if (this.#row === undefined) return
    const value = readCell(this.#cell, this.context)
    if (value === undefined) return
    const { values } = this.#row
    const at = this.#at
    if (at >= columnsMax) return this.#far(at + 1)
    if (values[at] !== undefined) this.repeated++
    while (values.length < at) values.push(undefined)
    values[at] = value
  }

  #far(column: number): void {
    this.farColumns.add(column)
    if (this.farColumns.size > farColumnsMax) throw tooWide()
  }

  #merge(ref: string): void {
    const [from = '', to = ''] = ref.split(':', 2)
    const [first = 0, last = 0] = [rowOf(from), rowOf(to)]
    if (last <= first) return
    this.merged++
    if (this.mergedRows.length < notedMax) this.mergedRows.push(first)
  }
}

/** The error for a sheet with too many columns. */
export function tooWide(): UnreadableSheet {
  return new UnreadableSheet(tooManyColumns('A sheet'))
}
