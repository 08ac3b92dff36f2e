/** Deviations from JSON that can be repaired. */
export type Slip = 'nan' | 'comma' | 'quotes' | 'comment' | 'control' | 'escape' | 'word' | 'surrogate'

/** Longer texts are not repaired, because regular expressions over them take too much memory. */
const lettersMax = 1_000_000

const words: Readonly<Record<string, { json: string; slip?: Slip }>> = {
  true: { json: 'true' },
  false: { json: 'false' },
  null: { json: 'null' },
  NaN: { json: 'null', slip: 'nan' },
  Infinity: { json: 'null', slip: 'nan' },
  '-Infinity': { json: 'null', slip: 'nan' },
  '-NaN': { json: 'null', slip: 'nan' },
  None: { json: 'null', slip: 'word' },
  True: { json: 'true', slip: 'word' },
  False: { json: 'false', slip: 'word' },
  undefined: { json: 'null', slip: 'word' },
}

// The alternatives start with different characters, except for the two kinds of comments, so that no text makes the expression slow.
const token = /"(?:[^"\\]|\\[^])*"|'(?:[^'\\]|\\[^])*'|\/\/[^\n]*|\/\*(?:[^*]|\*(?!\/))*\*\/|[{}[\]:,]|[ \t\r\n]+|[^\s"'/{}[\]:,]+|[^]/g

/**
 * Repairs the spelling of a text (latin1) that is almost JSON: NaN and infinities become null, single quotes become double quotes, comments
 * and commas before a closing bracket are removed. Returns the JSON and what was repaired; undefined if it is still not JSON.
 */
export function mend(text: string): { text: string; slips: ReadonlySet<Slip> } | undefined {
  if (text.length > lettersMax) return undefined
  const slips = new Set<Slip>()
  const parts: string[] = []
  let comma = false
  for (const [found] of text.replace(/^\xef\xbb\xbf/, '').matchAll(token)) {
    const first = found.charCodeAt(0)
    if (first <= 0x20) continue
    if (first === 0x2f) {
      if (found.length === 1) return undefined
      slips.add('comment')
      continue
    }
    if (comma) {
      // A comma before a closing bracket is dropped.
      if (found === '}' || found === ']') slips.add('comma')
      else parts.push(',')
      comma = false
    }
    if (found === ',') comma = true
    else if (first === 0x22 || first === 0x27) {
      if (found.length < 2) return undefined
      parts.push(mendString(found, slips))
    } else if ('{}[]:'.includes(found)) parts.push(found)
    else {
      const word = Object.hasOwn(words, found) ? words[found] : undefined
      if (word?.slip !== undefined) slips.add(word.slip)
      parts.push(word?.json ?? found)
    }
  }
  // So is a comma after the whole value, as in the lines of a list without its brackets.
  if (comma) slips.add('comma')
  const mended = parts.join('')
  return isJson(mended) ? { text: mended, slips } : undefined
}

function mendString(found: string, slips: Set<Slip>): string {
  let inner = found.slice(1, -1)
  if (found.startsWith("'")) {
    slips.add('quotes')
    inner = inner.replace(/\\'|"/g, (sign) => (sign === '"' ? '\\"' : "'"))
  }
  if (/[^ -\uffff]/.test(inner)) {
    slips.add('control')
    inner = inner.replace(/\\?[^ -\uffff]/g, (sign) => JSON.stringify(sign.slice(-1)).slice(1, -1))
  }
  if (inner.includes('\\')) {
    inner = inner.replace(/\\(?:u[0-9a-fA-F]{4}|[^])?/g, (escape) => {
      if (/^\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})$/.test(escape)) return escape
      slips.add('escape')
      return `\\\\${escape.slice(1)}`
    })
    if (hasHalf(inner)) {
      slips.add('surrogate')
      inner = inner.replace(/\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\\\|\\u[dD][89a-fA-F][0-9a-fA-F]{2}/g, (escape) =>
        escape.length === 6 ? '\\ufffd' : escape,
      )
    }
  }
  return `"${inner}"`
}

function hasHalf(text: string): boolean {
  return /\\u[dD]/.test(text)
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
