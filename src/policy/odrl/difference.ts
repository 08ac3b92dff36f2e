/** The first place where a document is not what it should be, and what is wrong with it there. */
export interface Difference {
  readonly path: readonly PropertyKey[]
  readonly text: string
}

/** Where a value first differs from what it should be. A member that is not known comes first. */
export function difference(expected: unknown, given: unknown, path: readonly PropertyKey[]): Difference | undefined {
  if (!isComposed(expected) || !isComposed(given) || Array.isArray(expected) !== Array.isArray(given)) {
    if (expected === given) return undefined
    const isDigest = path.length === 1 && path[0] === 'sd:digest'
    return { path, text: isDigest ? 'is of another agreement: something was changed or left out on the way' : 'is not understood' }
  }
  const step = (key: string) => [...path, Array.isArray(expected) ? Number(key) : key]
  const unknown = Object.keys(given).find((key) => !Object.hasOwn(expected, key))
  if (unknown !== undefined) return { path: step(unknown), text: 'is not understood' }
  for (const [key, value] of Object.entries(expected)) {
    if (!Object.hasOwn(given, key)) return { path: step(key), text: 'is missing' }
    const found = difference(value, given[key], step(key))
    if (found !== undefined) return found
  }
  return undefined
}

const isComposed = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
