/** Signs that separate fields in some files, and are no delimiter that is read. By name, where they cannot be seen. */
const separators: readonly (readonly [regex: RegExp, name: string])[] = [
  [/\|\|/g, '"||"'], [/¦/g, '"¦"'], [/¬/g, '"¬"'], [/§/g, '"§"'], [/\^/g, '"^"'], [/~/g, '"~"'], [/::/g, '"::"'], [/;/g, '";"'], [/,/g, '","'], [/\t/g, 'a tab'], [/\|/g, '"|"'],
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
    if (counts.size === 1 && count > 0) return `The table was read as one column, but every line holds ${name} ${times(count)}: if that separates fields, save the file with commas.`
  }
  return undefined
}

function times(count: number): string {
  return count === 1 ? 'once' : count === 2 ? 'twice' : `${count} times`
}
