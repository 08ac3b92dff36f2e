/** Letters of the longest word that is indexed; nobody types longer ones. */
export const wordLengthMax = 40

/** Lower case, without accents, ligatures taken apart, and only letters and digits: `Café – Straße` becomes `cafe strasse`. */
export function fold(text: string): string {
  // Most texts are plain ASCII, and this way they take a third of the time.
  if (/^[\s!-~]*$/.test(text))
    return text
      .toLowerCase()
      .replaceAll("'", '')
      .replaceAll(/[^a-z0-9]+/g, ' ')
      .trim()
  const plain = text
    .normalize('NFKD')
    .replaceAll(/\p{M}+/gu, '')
    .toLowerCase()
  return plain
    .replaceAll(/ß/g, 'ss')
    .replaceAll(/æ/g, 'ae')
    .replaceAll(/ø/g, 'o')
    .replaceAll(/ł/g, 'l')
    .replaceAll(/['’]/g, '')
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
}

/** The folded words of a text. `O'Neill's` is one word. */
export const wordsOf = (text: string): string[] => {
  const folded = fold(text)
  return folded === '' ? [] : folded.split(' ')
}

/**
 * The words of a column's name, as names join words in their own ways: `PollingPlaceAddress1`, `polling_place`, `LSOA11CD`. Also the name
 * as one word.
 */
export function wordsOfName(name: string): string[] {
  const apart = name.replaceAll(/(?<=\p{Ll})(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})|(?<=\p{L})(?=\p{N})|(?<=\p{N})(?=\p{L})/gu, ' ')
  return [...new Set([...wordsOf(name), ...wordsOf(apart)])]
}
