import { listPlaces } from '../list-places.js'

const lengthMax = 500

/** What is reported of columns without a name. @param places counted from 1 */
export function unnamedProblem(places: readonly number[]): string[] {
  return told(places, `had no name; named by position (column_${places[0]}).`)
}

/** What is reported of columns that have neither a name nor a value, and are none. @param places counted from 1 */
export function leftOutProblem(places: readonly number[]): string[] {
  return told(places, 'had neither a name nor a value; left out.')
}

/** Names as they will be published, and what was changed to make them so. */
export interface ColumnNames {
  names: string[]
  problems: string[]
}

/**
 * Makes a header's cells into names: trimmed, line ends and control characters as one space, a blank as `column_<position>`, a repetition
 * as `<name>_2`, cut to 500 letters. Positions are counted from 1. The same header always gives the same names. What is changed, other than
 * blanks and line ends, is reported; so are names that people may take for the same.
 */
export function columnNames(cells: readonly string[]): ColumnNames {
  const { names, problems, unnamed } = namedColumns(cells)
  return { names, problems: [...unnamedProblem(unnamed), ...problems] }
}

/** As `columnNames`; but columns without a name are not reported. @returns their positions, counted from 1, as `unnamed` */
export function namedColumns(cells: readonly string[]): ColumnNames & { unnamed: number[] } {
  const whole = cells.map((cell) => cell.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ').trim())
  const cleaned = whole.map((name) => cutTo(name, lengthMax).trim())
  const taken = new Set(cleaned)
  const given = new Set<string>()
  const repeated: number[] = []
  const names = cleaned.map((name, at) => {
    const wanted = name === '' ? `column_${at + 1}` : name
    let free = wanted
    for (let copy = 2; given.has(free) || (free !== name && taken.has(free)); copy++) free = `${cutTo(wanted, lengthMax - 6)}_${copy}`
    if (name !== '' && free !== wanted) repeated.push(at + 1)
    given.add(free)
    return free
  })
  const problems = [
    told(
      positions(whole, (name) => name.length > lengthMax),
      `had a name of more than ${lengthMax} letters; cut to ${lengthMax}.`,
    ),
    told(
      positions(cells, (cell) => unseen.test(cell)),
      'had control or invisible characters in the name; replaced by blanks.',
    ),
    told(repeated, 'had the name of an earlier column; numbered (_2, _3 …).'),
    told(alike(names), 'have names that differ only in capitals or blanks; each answers to its own name, as written.'),
  ]
  return { names, problems: problems.flat(), unnamed: positions(cleaned, (name) => name === '') }
}

/**
 * Characters that change how a name is read, line ends and tabs apart: control characters, and invisible ones that are no part of how a
 * letter is written.
 */
const unseen = /(?![\r\n\t])[\p{Cc}]|[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069]/u

/** A text of at most so many UTF-16 units, never ending in half a letter. */
function cutTo(text: string, length: number): string {
  const cut = text.slice(0, length)
  return /[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut
}

function positions(texts: readonly string[], holds: (text: string) => boolean): number[] {
  return texts.flatMap((text, at) => (holds(text) ? [at + 1] : []))
}

/** The positions of names that are the same but for capitals and blanks. */
function alike(names: readonly string[]): number[] {
  const keys = names.map((name) => name.toLowerCase().replace(/\s+/gu, ''))
  const first = new Map<string, number>()
  const found = new Set<number>()
  for (const [at, key] of keys.entries()) {
    const other = first.get(key)
    if (other === undefined) first.set(key, at)
    else found.add(other + 1).add(at + 1)
  }
  return [...found].sort((one, other) => one - other)
}

function told(places: readonly number[], what: string): string[] {
  return places.length === 0 ? [] : [`${listPlaces(places, 'Column', 'Columns')} ${what}`]
}
