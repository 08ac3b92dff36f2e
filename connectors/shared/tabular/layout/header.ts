import { columnKind, isDatum, kindOf } from './cell-kind.js'
import { numberPlaces, seriesStep } from './series.js'

/** The position of a table's header among its first records. */
export interface Header {
  /** The position of the header; undefined if the first record is data already. */
  at: number | undefined
  /** The position of the first record that may be data. */
  dataFrom: number
  /** What was assumed, in words that follow the header's line (`Line 1: …`). */
  assumed?: string
}

type Row = readonly string[]

const withinMax = 50
const runsOn =
  'taken as the header, since its numbers run on one by one and those under it do not. If it is a row of data, put a header above it.'

/**
 * Finds the header. Rows that fill at most half of the columns, or that stand apart from a wider row below, are titles or notes above the
 * table. The next row is the header, unless it holds a value of the same kind as the rows below; then there is no header. Years and series
 * of numbers (ages, weeks, months) may be names.
 * @param records the first records as cells, blank ones included.
 * @param width the number of fields in most records.
 */
export function findHeader(records: readonly Row[], width: number): Header {
  const filled = records.slice(0, withinMax).map((record) => record.filter((cell) => cell.trim() !== '').length)
  let at = filled.findIndex((count) => count > width / 2)
  if (at === -1) at = filled.findIndex((count) => count > 0)
  if (at === -1) return { at: undefined, dataFrom: 0 }
  for (let next = rowAfter(filled, at); next !== -1 && isTitle(records, filled, at, next, width); next = rowAfter(filled, at)) at = next
  const row = records[at] as Row
  const below = records.slice(at + 1, at + 1 + withinMax * 4)
  if (!isData(row, below)) return { at, dataFrom: at + 1 }
  return isSeries(row, below) ? { at, dataFrom: at + 1, assumed: runsOn } : { at: undefined, dataFrom: at }
}

const rowAfter = (filled: readonly number[], at: number) => filled.findIndex((count, position) => position > at && count > 0)

/** Whether a row is a title above the table: it has another number of fields than the table's rows, and the next row is a header. */
function isTitle(records: readonly Row[], filled: readonly number[], at: number, next: number, width: number): boolean {
  const [row, header] = [records[at] as Row, records[next] as Row]
  const [count, nextCount] = [filled[at] as number, filled[next] as number]
  const isFromLeft = row.slice(0, count).every((cell) => cell.trim() !== '')
  const isApart = next > at + 1
  const isOther = count < width ? nextCount > count && isFromLeft : count === width ? isApart : nextCount <= width
  if (!isOther) return false
  const below = records.slice(next + 1, next + 1 + withinMax * 4)
  return !isData(header, below) && (namesColumns(header, below) || (isApart && count < width))
}

/** Whether a row has a name above a column whose values are not names. */
export function namesColumns(row: Row, below: readonly Row[]): boolean {
  return row.some((cell, column) => {
    const kind = columnKind(below.map((other) => other[column] ?? ''))
    return kindOf(cell) === 'name' && kind !== undefined && isDatum(kind)
  })
}

function isData(record: Row, below: readonly Row[]): boolean {
  return record.some((_, column) => isDatumAmong(record, column, below))
}

/** Whether a column's cell is a value like those below it. */
function isDatumAmong(record: Row, column: number, below: readonly Row[]): boolean {
  const text = (record[column] ?? '').trim()
  const kind = kindOf(text)
  if (kind === 'blank' || kind === 'mark' || kind === 'year') return false
  const others = below.map((other) => (other[column] ?? '').trim()).filter((other) => other !== '')
  if (others.length === 0) return below.length === 0 && isDatum(kind)
  if (isDatum(kind)) return columnKind(others) === kind || others.filter((other) => kindOf(other) === kind).length >= others.length * 0.8
  const same = sameShape(text)
  return same !== undefined && others.filter(same).length >= others.length * 0.8
}

/** Whether a row has a name and a series of numbers, and only a few rows below have a series with the same step. */
function isSeries(row: Row, below: readonly Row[]): boolean {
  const places = numberPlaces(row)
  const isPlace = new Set(places)
  const step = seriesStep(places.map((place) => row[place] as string))
  if (step === undefined || !row.some((cell) => kindOf(cell) === 'name')) return false
  if (row.some((_, column) => !isPlace.has(column) && isDatumAmong(row, column, below))) return false
  const alike = below.filter((other) => seriesStep(places.map((place) => other[place] ?? '')) === step)
  return alike.length < below.length / 2
}

/** A test for codes of one form, such as E01000001: letters and digits at the same positions. */
function sameShape(text: string): ((other: string) => boolean) | undefined {
  if (text.length < 4 || !/\d{3}/.test(text)) return undefined
  const shape = shapeOf(text)
  return (other) => shapeOf(other) === shape
}

function shapeOf(text: string): string {
  return text
    .replace(/\p{Lu}/gu, 'A')
    .replace(/\p{Ll}/gu, 'a')
    .replace(/\d/g, '9')
}
