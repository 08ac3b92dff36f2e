/** What is reported of one column, after its name: sentences one after the other, each but the first with a capital letter. */
export function sentences(...parts: readonly (string | undefined)[]): string | undefined {
  const [first, ...rest] = parts.filter((part) => part !== undefined)
  return first === undefined ? undefined : [first, ...rest.map((part) => part.charAt(0).toUpperCase() + part.slice(1))].join(' ')
}

/** A decision's part that holds what is reported, where there is anything. */
export function reported(...parts: readonly (string | undefined)[]): { problem?: string } {
  const problem = sentences(...parts)
  return problem === undefined ? {} : { problem }
}
