/** A column of a sheet: its header, and the last row with a value in it (0 if there is none). */
export interface SheetColumnEnd {
  readonly name: string
  readonly lastRow: number
}

/**
 * Reports tables that stand side by side in a sheet: groups of at least two columns, separated by wholly empty columns, that end in
 * different rows or repeat each other's names. Otherwise an empty column is only a gap.
 * @param columns all columns in order, empty ones included.
 */
export function tablesBeside(columns: readonly SheetColumnEnd[]): string[] {
  const groups = groupsOf(columns)
  if (groups.length < 2 || groups.some((group) => group.length < 2)) return []
  const ends = groups.map((group) => Math.max(...group.map(({ lastRow }) => lastRow)))
  const differ = new Set(ends).size > 1
  const [first = [], ...others] = groups.map((group) => group.map(({ name }) => name.trim().toLowerCase()))
  const repeat = others.every((names) => names.join('\n') === first.join('\n'))
  if (!differ && !repeat) return []
  const why = differ ? `they end in different rows (${[...new Set(ends)].slice(0, 5).join(', ')})` : 'their columns have the same names'
  return [
    `The sheet looks like ${groups.length} tables beside each other: empty columns part them, and ${why}. All were read as one table, so its rows mix theirs: publish each as a file (or sheet) of its own.`,
  ]
}

function groupsOf(columns: readonly SheetColumnEnd[]): SheetColumnEnd[][] {
  const groups: SheetColumnEnd[][] = []
  let open: SheetColumnEnd[] = []
  for (const column of columns) {
    if (column.name.trim() !== '' || column.lastRow > 0) open.push(column)
    else if (open.length > 0) {
      groups.push(open)
      open = []
    }
  }
  return open.length > 0 ? [...groups, open] : groups
}
