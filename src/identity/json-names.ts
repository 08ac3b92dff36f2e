/**
 * Whether no object in a JSON text has a name twice or is named `__proto__`. Parsers differ in which of two equal names they keep, so two
 * readers could see different claims.
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
