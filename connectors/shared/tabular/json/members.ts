/**
 * Calls back for each member of an object, with its key as written (with quotes and escapes) and its value's text.
 * @param text one object. The caller must have checked that it is valid JSON.
 */
export function eachMember(text: string, onMember: (key: string, value: string) => void): void {
  let at = skipBlank(text, text.indexOf('{') + 1)
  while (text.charCodeAt(at) === 0x22) {
    const keyEnd = stringEnd(text, at)
    const valueAt = skipBlank(text, skipBlank(text, keyEnd) + 1)
    const end = valueEnd(text, valueAt)
    onMember(text.slice(at, keyEnd), text.slice(valueAt, end))
    at = skipBlank(text, end)
    if (text.charCodeAt(at) !== 0x2c) return
    at = skipBlank(text, at + 1)
  }
}

/** Calls back for each element of a list, with its text. @param text one list. The caller must have checked that it is valid JSON. */
export function eachElement(text: string, onElement: (value: string) => void): void {
  let at = skipBlank(text, text.indexOf('[') + 1)
  while (at < text.length && text.charCodeAt(at) !== 0x5d) {
    const end = valueEnd(text, at)
    onElement(text.slice(at, end))
    at = skipBlank(text, end)
    if (text.charCodeAt(at) !== 0x2c) return
    at = skipBlank(text, at + 1)
  }
}

function skipBlank(text: string, from: number): number {
  let at = from
  while (text.charCodeAt(at) <= 0x20) at++
  return at
}

function stringEnd(text: string, from: number): number {
  for (let at = from + 1; ; at++) {
    const code = text.charCodeAt(at)
    if (code === 0x5c) at++
    else if (code === 0x22) return at + 1
  }
}

function valueEnd(text: string, from: number): number {
  const first = text.charCodeAt(from)
  if (first === 0x22) return stringEnd(text, from)
  let at = from
  if (first !== 0x7b && first !== 0x5b) {
    for (let code = first; code !== 0x2c && code !== 0x7d && code !== 0x5d && code > 0x20; code = text.charCodeAt(++at));
    return at
  }
  for (let depth = 0; ; at++) {
    const code = text.charCodeAt(at)
    if (code === 0x22) at = stringEnd(text, at) - 1
    else if (code === 0x7b || code === 0x5b) depth++
    else if ((code === 0x7d || code === 0x5d) && --depth === 0) return at + 1
  }
}
