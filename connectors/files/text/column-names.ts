const lengthMax = 500

/** Names as they will be published, and what was changed to make them so. */
export interface ColumnNames {
  names: string[]
  problems: string[]
}

/**
 * Makes a header's cells into names: trimmed, line ends and control characters as one space, a blank as `column_<position>`, a
 * repetition as `<name>_2`. Positions are counted from 1. The same header always gives the same names.
 */
export function columnNames(cells: readonly string[]): ColumnNames {
  const problems: string[] = []
  const cleaned = cells.map((cell) => cell.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ').trim().slice(0, lengthMax).trim())
  const blank = cleaned.flatMap((name, at) => (name === '' ? [at + 1] : []))
  if (blank.length > 0) problems.push(`${list(blank, 'Column', 'Columns')} had no name; named by position (column_${blank[0]}).`)
  const taken = new Set(cleaned)
  const given = new Set<string>()
  const repeated: number[] = []
  const names = cleaned.map((name, at) => {
    const wanted = name === '' ? `column_${at + 1}` : name
    let free = wanted
    for (let copy = 2; given.has(free) || (free !== name && taken.has(free)); copy++) free = `${wanted.slice(0, lengthMax - 6)}_${copy}`
    if (name !== '' && free !== wanted) repeated.push(at + 1)
    given.add(free)
    return free
  })
  if (repeated.length > 0) problems.push(`${list(repeated, 'Column', 'Columns')} had the name of an earlier column; numbered (_2, _3 …).`)
  return { names, problems }
}

/** `Line 3`, `Lines 3, 7 and 12`, `Lines 3, 7, 9, 11, 13 and 40 more`. */
export function list(positions: readonly number[], one: string, many: string, total = positions.length): string {
  const shown = positions.slice(0, 5)
  if (total === 1) return `${one} ${shown[0]}`
  const rest = total - shown.length
  if (rest > 0) return `${many} ${shown.join(', ')} and ${rest} more`
  return `${many} ${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`
}
