import { listPlaces } from '../list-places.js'

const lengthMax = 500

/** Reports columns without a name. @param places counted from 1 */
export function unnamedProblem(places: readonly number[]): string[] {
  return placesProblem(places, `had no name; named by position (column_${places[0]}).`)
}

/** Reports columns without a name and without a value, which are left out. @param places counted from 1 */
export function leftOutProblem(places: readonly number[]): string[] {
  return placesProblem(places, 'had neither a name nor a value; left out.')
}

/** Published column names, and what was changed in them. */
export interface ColumnNames {
  names: string[]
  problems: string[]
}

/**
 * Makes column names from a header's cells. Names are trimmed; line ends and control characters become one space; a blank becomes
 * `column_<position>`, a repeated name `<name>_2`; long names are cut to 500 letters. Positions are counted from 1. The same header always
 * gives the same names. Changes are reported, except for blanks and line ends, and so are names that people may confuse.
 */
export function columnNames(cells: readonly string[]): ColumnNames {
  const { names, problems, unnamed } = namedColumns(cells)
  return { names, problems: [...unnamedProblem(unnamed), ...problems] }
}

/** Like `columnNames`, but does not report columns without a name. @returns their positions, counted from 1, as `unnamed` */
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
    placesProblem(
      positions(whole, (name) => name.length > lengthMax),
      `had a name of more than ${lengthMax} letters; cut to ${lengthMax}.`,
    ),
    placesProblem(
      positions(cells, (cell) => unseen.test(cell)),
      'had control or invisible characters in the name; replaced by blanks.',
    ),
    placesProblem(repeated, 'had the name of an earlier column; numbered (_2, _3 …).'),
    placesProblem(alike(names), 'have names that differ only in capitals or blanks; each answers to its own name, as written.'),
  ]
  return { names, problems: problems.flat(), unnamed: positions(cleaned, (name) => name === '') }
}

/**
 * Characters that change how a name is read, except line ends and tabs: control characters, and invisible ones that are not needed to write
 * a letter.
 */
const unseen = /(?![\r\n\t])[\p{Cc}]|[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069]/u

/** Cuts a text to a number of UTF-16 units, but never in the middle of a letter. */
function cutTo(text: string, length: number): string {
  const cut = text.slice(0, length)
  return /[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut
}

function positions(texts: readonly string[], holds: (text: string) => boolean): number[] {
  return texts.flatMap((text, at) => (holds(text) ? [at + 1] : []))
}

/** The positions of names that differ only in case or blanks. */
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

function placesProblem(places: readonly number[], what: string): string[] {
  return places.length === 0 ? [] : [`${listPlaces(places, 'Column', 'Columns')} ${what}`]
}
