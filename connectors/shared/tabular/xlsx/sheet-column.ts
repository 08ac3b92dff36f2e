import type { ColumnType } from '../../../../src/connector/column.js'
import { columnAt } from '../../engine-sql.js'
import { asText, type Decision } from '../typing/decision.js'
import { markOf } from '../typing/marks.js'
import { type CellValue, isVoid, type ValueKind, type VoidKind } from './cell-value.js'
import { mixedProblem } from './column-problems.js'
import { dayFrom } from './day-from.js'
import { NumberColumn } from './number-column.js'
import type { Seen, SeenCells } from './seen-cells.js'
import type { DateSystem } from './workbook-part.js'

const namedMax = 20
/**
 * Words that occur in numbers, dates or times. A text with any other word is not such a value. Matches one character or word at a time, so
 * that no text takes long.
 */
const words =
  'jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t|tember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?|' +
  'mon(?:day)?|tue(?:s|sday)?|wed(?:nesday)?|thu(?:rs|rsday)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?|am|pm|[aptzekm]|bn|st|nd|rd|th|utc|gmt|bst|gbp|eur|usd|true|false'
const valueLike = new RegExp(`^(?:[^a-z]|(?:${words})(?![a-z]))+$`, 'i')
const valueLength = 40
/** 1 March 1900, from which all programs agree, and the day after the last of 9999. */
const [firstDay, lastDay] = [61, 2_958_466]

/** Collects what is known about the cells of a column. */
export class SheetColumn implements SeenCells {
  readonly kinds = new Map<ValueKind, Seen>()
  readonly voids = new Map<VoidKind, Seen>()
  /** Texts that may stand for a missing value. */
  readonly marks = new Map<string, number>()
  /** What formats show with numbers. */
  readonly units = new Map<string, Seen>()
  readonly numbers = new NumberColumn()
  /** Numbers shown with leading zeros, numbers without a known format, and dates that may be years. */
  readonly shown = new Map<'padded' | 'unstyled' | 'year', Seen>()
  /** The number of the last row with a value. */
  lastRow = 0
  markTexts = 0
  /** How many texts may be values of another type. */
  #valueLike = 0
  /** How many cells are results of formulas, and how many of those are 0. */
  results = 0
  zeros = 0

  /** Adds a cell. @param row the number of its row. */
  add(value: CellValue, row: number): void {
    const { kind, text } = value
    this.lastRow = row
    if (isVoid(value)) return count(this.voids, kind as VoidKind, row)
    count(this.kinds, kind as ValueKind, row)
    if (kind === 'number') {
      this.numbers.add(text)
      count(this.units, value.unit ?? '', row)
      if (value.isPadded === true) count(this.shown, 'padded', row)
      if (value.isUnstyled === true) count(this.shown, 'unstyled', row)
    } else if (kind === 'date') {
      // The numbers 1900 to 2100, formatted as dates, are days of 1905.
      if (text.startsWith('1905-')) count(this.shown, 'year', row)
    } else if (kind === 'text') {
      const mark = markOf(text)
      if (mark !== undefined) {
        this.markTexts++
        if (this.marks.has(mark) || this.marks.size < namedMax) this.marks.set(mark, (this.marks.get(mark) ?? 0) + 1)
      }
      if (mark !== undefined || (text.length <= valueLength && valueLike.test(text))) this.#valueLike++
    }
    if (value.isFormula === true) {
      this.results++
      if (kind === 'number' && text === '0') this.zeros++
    }
  }

  /** Whether no cell holds anything. */
  get empty(): boolean {
    return this.kinds.size === 0 && this.voids.size === 0
  }

  /** Whether all cells are text, or have no common type. */
  get isText(): boolean {
    return this.#type === undefined
  }

  /** Whether all cells are text that nearly always looks like another type. */
  get isValueLike(): boolean {
    const texts = this.kinds.get('text')
    return this.kinds.size === 1 && texts !== undefined && this.#valueLike >= 0.9 * texts.count
  }

  /** The type of all cells; STRING if they differ. Reads the cells' texts in c`position`. */
  decide(position: number): Decision {
    const column = columnAt(position)
    if (this.#type === 'number') return this.numbers.decide(position)
    if (this.#type === undefined) return asText(column, mixedProblem(this))
    return { shape: { type: this.#type }, sql: `CAST(${column} AS ${this.#type})` }
  }

  /** Whether its numbers may be years. As day numbers they would be in 1902 to 1908. */
  get isYears(): boolean {
    return this.#type === 'number' && this.numbers.least >= 1000 && this.numbers.most < 3000
  }

  /**
   * Reads numbers as the days that the publisher says they are, although their format does not show it; undefined if they cannot be days.
   */
  asDays(demand: ColumnType, position: number, dateSystem: DateSystem): Decision | undefined {
    if (
      (demand !== 'DATE' && demand !== 'TIMESTAMP') ||
      this.#type !== 'number' ||
      this.numbers.least < firstDay ||
      this.numbers.most >= lastDay
    )
      return undefined
    if (demand === 'DATE' && this.numbers.decide(position).shape.type !== 'INT64') return undefined
    return { shape: { type: demand }, sql: dayFrom(columnAt(position), demand, dateSystem) }
  }

  get #type(): 'number' | 'BOOLEAN' | 'DATE' | 'TIMESTAMP' | 'TIME' | undefined {
    switch ([...this.kinds.keys()].sort().join(' ')) {
      case 'number':
        return 'number'
      case 'boolean':
        return 'BOOLEAN'
      case 'date':
        return 'DATE'
      case 'datetime':
      case 'date datetime':
        return 'TIMESTAMP'
      case 'time':
        return 'TIME'
      default:
        return undefined
    }
  }
}

function count<K>(counts: Map<K, Seen>, key: K, row: number): void {
  const seen = counts.get(key)
  if (seen !== undefined) seen.count++
  else if (counts.size < namedMax) counts.set(key, { count: 1, row })
}
