import { listPlaces } from '../list-places.js'

/** Why a record is not a proper row. */
export type RowProblem = 'short' | 'long' | 'unclosed quote' | 'text after quote' | 'literal quote' | 'NUL' | 'cut' | 'ends short' | 'blank'

const shownMax = 5

/** Collects the problems of a file's rows by line, and reports them by kind. Never quotes a value. */
export class RowProblems {
  readonly #lines = new Map<RowProblem, { shown: number[]; total: number }>()

  /** Notes a problem of one line. */
  add(problem: RowProblem, line: number): void {
    const lines = this.#lines.get(problem) ?? { shown: [], total: 0 }
    if (lines.shown.length < shownMax) lines.shown.push(line)
    lines.total++
    this.#lines.set(problem, lines)
  }

  /** The reports, in the order in which their kinds first occurred. */
  problems(): string[] {
    return [...this.#lines].map(([problem, { shown, total }]) => `${listPlaces(shown, 'Line', 'Lines', total)}: ${words[problem]}`)
  }
}

const words: Record<RowProblem, string> = {
  short: 'fewer fields than columns; the missing ones at the end were read as empty.',
  long: 'more fields than columns; left out. A field that holds the delimiter needs quotes around it.',
  'unclosed quote': 'a quote is opened and never closed; left out. Close it, or double it where it belongs to the text.',
  'text after quote':
    'text follows a closing quote, and the fields cannot be told apart; left out. Double the quotes inside of a quoted field.',
  'literal quote': 'quotes inside of a quoted field are not doubled; the field was read literally, quotes included.',
  NUL: 'holds a NUL byte; left out.',
  cut: 'the file ends in the middle of this row; it was left out, and rows after it may be missing. The file was cut short: fetch or save it again.',
  'ends short':
    'the file ends in this row, which has fewer fields than columns and no line end; the missing ones were read as empty. The file may have been cut short, and rows may be missing: fetch or save it again.',
  blank: 'no field holds a value; left out.',
}
