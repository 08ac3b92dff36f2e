import { kindOf } from '../layout/cell-kind.js'

/** Characters that separate fields in some files but are not supported as delimiters. Invisible ones have a name. */
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
 * Reports a table of one column whose lines all hold the same separator equally often, since it may have several columns.
 * @param lines its first lines, the header first. Blank lines are ignored.
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

/** The report for a column of sentences or addresses. */
export const proseProblem =
  'The table was read as one column: the first line has no comma, and a blank follows every other. If commas separate fields, add the names of all columns to the first line.'

/**
 * Whether commas belong to the text of a single column, as in addresses without quotes: the first line has none, the second follows at
 * once, and in the others a blank follows each comma, but no number or date.
 * @param records the first records, split at commas, blank ones included.
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
