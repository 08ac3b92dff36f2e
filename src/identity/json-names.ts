/**
 * The names of every object in a text that is known to be JSON, checked: false where one object has a name twice, or has `__proto__`.
 * Parsers differ in which of two they take, and what is taken for granted of one is then true of the other.
 */
export function hasPlainNames(json: string): boolean {
  const open: (Set<string> | undefined)[] = []
  for (const [mark, string] of json.matchAll(/("(?:[^"\\]|\\.)*"(?=\s*:))|"(?:[^"\\]|\\.)*"|[{}[\]]/g)) {
    if (mark === '{') open.push(new Set())
    else if (mark === '[') open.push(undefined)
    else if (mark === '}' || mark === ']') open.pop()
    else if (string !== undefined) {
      const name = JSON.parse(string) as string
      const names = open.at(-1)
      if (name === '__proto__' || names?.has(name)) return false
      names?.add(name)
    }
  }
  return true
}
