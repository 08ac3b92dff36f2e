/** A part of an answer: a path of field names, and how many fields it has, or may have, directly below it. */
export interface Part {
  readonly path: string
  readonly fields: number
}

/** How many parts an error names. */
const namedMax = 3

/** The parts with the most fields, the largest first. */
export function dearest(parts: readonly Part[]): Part[] {
  return parts.toSorted((one, other) => other.fields - one.fields).slice(0, namedMax)
}

/** The same in words: `datasets.nodes.tables.columns (120,000), …`. */
export function named(parts: readonly Part[]): string {
  return dearest(parts)
    .map(({ path, fields }) => `${path} (${fields.toLocaleString('en-GB')})`)
    .join(', ')
}
