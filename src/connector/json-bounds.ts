/** What JSON text may hold. */
export interface JsonBounds {
  /** Objects and arrays within each other. */
  readonly depth: number
  /** Elements of arrays and members of objects, of all of them together. Default: any number. */
  readonly values?: number
}

/**
 * Names a bound that JSON text exceeds; undefined if none. It does not recurse and builds nothing, so it can guard code that does.
 * Text that is not JSON is left to the parser to report.
 */
export function exceededBound(text: string, { depth: depthMax, values: valuesMax = Infinity }: JsonBounds): keyof JsonBounds | undefined {
  let depth = 0
  let values = 1
  let inString = false
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (inString) {
      if (code === 0x5c) index++
      else if (code === 0x22) inString = false
    } else if (code === 0x22) inString = true
    else if (code === 0x2c) {
      if (++values > valuesMax) return 'values'
    } else if (code === 0x7b || code === 0x5b) {
      if (++depth > depthMax) return 'depth'
    } else if (code === 0x7d || code === 0x5d) depth--
  }
  return undefined
}
