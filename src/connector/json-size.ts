/** How large the values in JSON text are. */
export interface JsonSize {
  /** Objects and arrays within each other. */
  readonly depth: number
  /** Elements of arrays and members of objects, of all of them together. */
  readonly values: number
}

/**
 * Measures JSON text before it is parsed. It does not recurse and builds nothing, so it can guard code that does. Text that is not JSON is
 * left to the parser to report.
 */
export function jsonSize(text: string): JsonSize {
  let depth = 0
  let deepest = 0
  let values = 1
  let inString = false
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (inString) {
      if (code === 0x5c) index++
      else if (code === 0x22) inString = false
    } else if (code === 0x22) inString = true
    else if (code === 0x2c) values++
    else if (code === 0x7b || code === 0x5b) deepest = Math.max(deepest, ++depth)
    else if (code === 0x7d || code === 0x5d) depth--
  }
  return { depth: deepest, values }
}
