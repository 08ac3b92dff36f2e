/** Characters of a terminal of the usual width. */
export const usualWidth = 80

/** A column is never cut to fewer characters. */
const columnMin = 6
/** What a table draws beside the text of each of its columns, and at its end. */
const border = { column: 3, end: 1 }

/** Cuts the widest columns of a table, names included, until it is no wider than so many characters. */
export function fitWidth(table: readonly (readonly string[])[], width: number): string[][] {
  const widths = (table[0] ?? []).map((_, column) => Math.max(...table.map((row) => lengthOf(row[column] ?? ''))))
  let excess = widths.reduce((sum, own) => sum + own + border.column, border.end) - width
  while (excess > 0) {
    const widest = widths.indexOf(Math.max(...widths))
    if ((widths[widest] ?? 0) <= columnMin) break
    widths[widest] = (widths[widest] ?? 0) - 1
    excess -= 1
  }
  return table.map((row) => row.map((cell, column) => cutText(cell, widths[column] ?? 0)))
}

/** A text of at most so many characters: a longer one ends with an ellipsis. */
export function cutText(text: string, charactersMax: number): string {
  // A character takes at most two units, so a piece of this length holds all that is kept, and one more.
  const characters = [...text.slice(0, 2 * charactersMax + 2)]
  return characters.length <= charactersMax ? text : `${characters.slice(0, charactersMax - 1).join('')}…`
}

/** Breaks a text at its blanks into lines of at most so many characters. */
export function wrapText(text: string, width = usualWidth): string {
  return text.replaceAll(new RegExp(`(?=.{${width + 1}})(.{1,${width}})[ ]`, 'gu'), '$1\n')
}

const lengthOf = (text: string) => [...text].length
