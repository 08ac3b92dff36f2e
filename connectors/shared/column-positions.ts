const known = new WeakMap<readonly { readonly name: string }[], ReadonlyMap<string, number>>()

/** Positions of columns by name. Made once for a list, since a wide table is read by many scans; the first of two equal names counts. */
export function columnPositions(columns: readonly { readonly name: string }[]): ReadonlyMap<string, number> {
  const before = known.get(columns)
  if (before !== undefined) return before
  const positions = new Map<string, number>()
  columns.forEach(({ name }, position) => {
    if (!positions.has(name)) positions.set(name, position)
  })
  known.set(columns, positions)
  return positions
}
