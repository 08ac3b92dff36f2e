import { kindOf } from '../layout/cell-kind.js'

/** Signs that separate fields in some files, and are no delimiter that is read. By name, where they cannot be seen. */
const separators: readonly (readonly [regex: RegExp, name: string])[] = [
  [/\|\|/g, '"||"'],
  [/¦/g, '"¦"'],
  [/¬/g, '"¬"'],
  [/§/g, '"§"'],
  [/\^/g, '"^"'],
  [/~/g, '"~"'],
  [/::/g, '"::"'],
  [/;/g, '";"'],
  [/,/g, '","'],
  [/\t/g, 'a tab'],
  [/\|/g, '"|"'],
  [/ {2,}/g, 'two blanks or more'],
]

/**
 * What is reported of a table of one column whose lines all hold the same separator equally often: it may be a table of several.
 * @param lines the text of its first lines, the header first; blank ones are not looked at.
 */
export function oneColumnProblem(lines: readonly string[]): string | undefined {
  const filled = lines.map((line) => line.trim()).filter((line) => line !== '')
  if (filled.length < 2) return undefined
  for (const [regex, name] of separators) {
    const counts = new Set(filled.map((line) => line.match(regex)?.length ?? 0))
    const [count = 0] = counts
    if (counts.size === 1 && count > 0)
      return `The table was read as one column, but every line holds ${name} ${times(count)}: if that separates fields, save the file with commas.`
  }
  return undefined
}

/** What is reported of a table of sentences or addresses. */
export const proseProblem =
  'The table was read as one column: the first line has no comma, and a blank follows every other. If commas separate fields, add the names of all columns to the first line.'

/**
 * Whether commas belong to the text of one column, as in addresses without quotes: the first line, its name, has none, the next follows at
 * once, and a blank stands behind each comma of the others, with no number or date after it.
 * @param records the first records as fields between commas, blank ones included.
 */
export function isProse(records: readonly (readonly string[])[]): boolean {
  const from = records.findIndex((cells) => cells.length > 0)
  const [name, ...lines] = records.slice(from)
  const filled = lines.filter((cells) => cells.length > 0)
  if (name?.length !== 1 || lines[0]?.length === 0 || filled.length < 2) return false
  return filled.every(([, ...others]) =>
    others.every((cell) => /^ \S/.test(cell) && !['number', 'year', 'date', 'mark'].includes(kindOf(cell))),
  )
}

function times(count: number): string {
  return count === 1 ? 'once' : count === 2 ? 'twice' : `${count} times`
}
