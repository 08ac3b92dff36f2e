const named = [...'\t\n\v\f\r \u0085\u00a0\u1680\u2028\u2029\u202f\u205f\u2060\u3000\u200b\ufeff']

/** Every blank of Unicode, and the invisible ones that are copied along with text: more than JavaScript's. */
export const blanks: readonly string[] = [...named, ...Array.from({ length: 11 }, (_, index) => String.fromCharCode(0x2000 + index))]

const isBlank = new Set(blanks)

/** Without blanks at its ends. */
export function trimmed(value: string): string {
  const characters = [...value]
  const first = characters.findIndex((one) => !isBlank.has(one))
  return first === -1 ? '' : characters.slice(first, characters.findLastIndex((one) => !isBlank.has(one)) + 1).join('')
}

/** With a plain blank for each. */
export function plainBlanks(value: string): string {
  return [...value].map((character) => (isBlank.has(character) ? ' ' : character)).join('')
}
