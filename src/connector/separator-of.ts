/** A sign that is in none of the texts, so that they can be joined to one text and split again. */
export function separatorOf(texts: readonly string[]): string {
  for (let code = 0x1f; ; code = code === 1 ? 0xe000 : code < 0x20 ? code - 1 : code + 1) {
    const sign = String.fromCodePoint(code)
    if (texts.every((text) => !text.includes(sign))) return sign
  }
}
