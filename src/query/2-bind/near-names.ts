const most = 3
const lengthMax = 200

/** The names nearest to a mistaken one, best first, at most three; none that is not near at all. */
export function nearNames(mistaken: string, names: readonly string[]): string[] {
  const wanted = fold(mistaken)
  return names
    .map((name) => ({ name, distance: distance(wanted, fold(name)) }))
    .filter(({ name, distance }) => distance <= Math.max(2, Math.min(wanted.length, name.length) / 2))
    .sort((left, right) => left.distance - right.distance || (left.name < right.name ? -1 : 1))
    .slice(0, most)
    .map(({ name }) => name)
}

/** Case, spaces and punctuation are what people get wrong most: `post code` for `PostCode`. */
function fold(name: string): string {
  return name.slice(0, lengthMax).toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '')
}

/** Levenshtein's distance, in one row of memory. */
function distance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, column) => column)
  for (let line = 1; line <= left.length; line++) {
    const next = [line]
    for (let column = 1; column <= right.length; column++) {
      const replaced = (row[column - 1] as number) + (left[line - 1] === right[column - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[column] as number) + 1, (next[column - 1] as number) + 1))
    }
    row = next
  }
  return row[right.length] as number
}
