/** What is not JSON in a text that was meant to be, and can be read all the same. */
export type Slip = 'nan' | 'comma' | 'quotes' | 'comment' | 'control' | 'escape' | 'word' | 'surrogate'

/** A longer text is not mended: expressions over it would take more memory than it is worth. */
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

// The alternatives do not overlap in their first character, but for the two kinds of comments, so that no text makes this slow.
const token = /"(?:[^"\\]|\\[^])*"|'(?:[^'\\]|\\[^])*'|\/\/[^\n]*|\/\*(?:[^*]|\*(?!\/))*\*\/|[{}[\]:,]|[ \t\r\n]+|[^\s"'/{}[\]:,]+|[^]/g

/**
 * Writes a text (latin1) as JSON where only its spelling is not: NaN and infinities become null, single quotes double ones, and comments
 * and commas before a closing bracket go. Answers the JSON and what had to be done; nothing where it stays no JSON.
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
      // A comma stands for something only before a value.
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
  // A comma behind the whole value: lines of a list without its brackets.
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
