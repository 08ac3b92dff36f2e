import { listPlaces } from '../list-places.js'
import type { Slip } from './mend.js'

/** A problem of a row, or a repair. */
export type Trouble = Slip | 'invalid' | 'scalar' | 'list' | 'hole' | 'properties' | 'geometry' | 'stray' | 'foreign'

const shownMax = 5

const words: Record<Trouble, string> = {
  nan: 'NaN or Infinity stands for a number, which JSON does not have; read as no value. Write null instead.',
  comma: 'a comma stands before a closing bracket or at the end, which is not JSON; passed over.',
  quotes: 'texts stand in single quotes, which is not JSON; read as if in double quotes.',
  comment: 'a comment stands there, which is not JSON; passed over.',
  control: 'a text holds a line end or another control character that is not escaped, which is not JSON; kept as it is.',
  escape: 'a text holds a backslash that escapes nothing, which is not JSON; kept as a backslash. Write it twice.',
  word: 'None, True, False or undefined stands there, which is not JSON; read as null, true or false.',
  surrogate: 'a text holds half of a character (a lone surrogate); replaced by U+FFFD.',
  invalid: 'not valid JSON; left out. Write it again with a JSON library, or check its quotes, commas and brackets.',
  scalar: 'not a JSON object but a single value; left out. Every row needs the names of its columns.',
  list: 'not a JSON object but a list; left out. Every row needs the names of its columns.',
  hole: 'nothing stands where it should be (a comma too many); passed over.',
  properties: 'its properties are not an object; left out.',
  geometry: 'its geometry is not an object; read as no geometry.',
  stray: 'more text follows that is not part of the list; left out. The file may be two files put together.',
  foreign: 'not a GeoJSON feature; left out.',
}

/** Collects problems of single rows: how many there are, and where the first ones are. Never holds a value. */
export class Troubles {
  readonly #found = new Map<Trouble, { shown: number[]; total: number }>()

  /** Notes a problem. @param number the row's number in the file, from 1. */
  note(trouble: Trouble, number: number): void {
    const found = this.#found.get(trouble) ?? { shown: [], total: 0 }
    this.#found.set(trouble, found)
    if (found.shown.at(-1) === number) return
    found.total++
    if (found.shown.length < shownMax) found.shown.push(number)
  }

  /** One sentence for each kind of problem. @param one the word for a row: Element, Line, Feature. */
  problems(one: string): string[] {
    return [...this.#found].map(([trouble, { shown, total }]) => `${listPlaces(shown, one, `${one}s`, total)}: ${words[trouble]}`)
  }
}
