/** Joins parts of a report, which follow the column's name. Every sentence but the first starts with a capital letter. */
export function sentences(...parts: readonly (string | undefined)[]): string | undefined {
  const [first, ...rest] = parts.filter((part) => part !== undefined)
  return first === undefined ? undefined : [first, ...rest.map((part) => part.charAt(0).toUpperCase() + part.slice(1))].join(' ')
}

/** The `problem` of a decision, if there is anything to report. */
export function reported(...parts: readonly (string | undefined)[]): { problem?: string } {
  const problem = sentences(...parts)
  return problem === undefined ? {} : { problem }
}
