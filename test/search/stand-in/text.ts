/** A word of a text. @property start offset in the text as it was written */
export interface Token {
  readonly lemma: string
  readonly start: number
  readonly end: number
  /** Its place among the words; a sign that ends a sentence or a clause sets it eight apart from the one before. */
  readonly position: number
}

const lemmaOf = (word: string) =>
  word
    .normalize('NFKD')
    .replaceAll(/\p{M}+/gu, '')
    .toLowerCase()

/**
 * Of symbols, the server takes few for the end of a word by itself: `<`, `=` and `£` it reads as letters, unless its settings have them.
 */
const readAsLetters = /[<>=|~^\p{Sc}\p{So}\p{Sk}≤≥≠≈¬]/gu

export function tokensOf(text: string, separators: readonly string[] = []): Token[] {
  const tokens: Token[] = []
  let position = 0
  let end = 0
  const read = text.replaceAll(readAsLetters, (sign) => (separators.includes(sign) ? ' '.repeat(sign.length) : 'x'.repeat(sign.length)))
  for (const match of read.matchAll(/[\p{L}\p{N}\p{M}]+/gu)) {
    if (tokens.length > 0) position += /[.,;:!?()[\]{}"|]/.test(text.slice(end, match.index)) ? 8 : 1
    end = match.index + match[0].length
    tokens.push({ lemma: lemmaOf(match[0]), start: match.index, end, position })
  }
  return tokens
}

/**
 * Letters missing, too many, other, or changed about; the first one counts twice. Infinity beyond `most`.
 * @param prefix of any beginning of the second
 */
export function typos(typed: string, word: string, most: number, prefix: boolean): number {
  if (typed === word || (prefix && word.startsWith(typed))) return 0
  if (most === 0 || (!prefix && Math.abs(typed.length - word.length) > most)) return Infinity
  const ends = prefix
    ? Array.from({ length: 2 * most + 1 }, (_, index) => typed.length - most + index).filter((end) => end > 0 && end <= word.length)
    : [word.length]
  const best = Math.min(Infinity, ...ends.map((end) => distance(typed, word.slice(0, end)))) + (typed[0] === word[0] ? 0 : 1)
  return best <= most ? best : Infinity
}

function distance(one: string, other: string): number {
  let before: number[] = []
  let last = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (let row = 1; row <= one.length; row += 1) {
    const next = [row]
    for (let column = 1; column <= other.length; column += 1) {
      const isSame = one[row - 1] === other[column - 1]
      let least = Math.min(last[column]! + 1, next[column - 1]! + 1, last[column - 1]! + (isSame ? 0 : 1))
      if (row > 1 && column > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1])
        least = Math.min(least, before[column - 2]! + 1)
      next.push(least)
    }
    before = last
    last = next
  }
  return last.at(-1)!
}

/** A part of a query: a word, or the words of a phrase. */
export interface Term {
  readonly words: readonly string[]
  readonly isPhrase: boolean
  readonly isPrefix: boolean
}

/** Words, "phrases" and -words; the last word of all may go on. Ten of them count. */
export function parseQuery(query: string): { terms: Term[]; unwanted: Term[] } {
  const terms: Term[] = []
  const unwanted: Term[] = []
  for (const [, minus, quoted, word] of query.matchAll(/(?<![^\s])(-?)(?:"([^"]*)"?|([^\s"]+))|"/g)) {
    const words = tokensOf(quoted ?? word ?? '').map(({ lemma }) => lemma)
    if (words.length === 0) continue
    const into = minus === '-' ? unwanted : terms
    if (quoted !== undefined) into.push({ words, isPhrase: true, isPrefix: false })
    else for (const lemma of words) into.push({ words: [lemma], isPhrase: false, isPrefix: false })
  }
  const last = terms.at(-1)
  if (last !== undefined && !last.isPhrase && /[\p{L}\p{N}]$/u.test(query)) terms[terms.length - 1] = { ...last, isPrefix: true }
  return { terms: terms.slice(0, 10), unwanted }
}
