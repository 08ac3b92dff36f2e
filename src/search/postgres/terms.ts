import { stopWords, weakWords } from '../noise-words.js'
import { synonyms } from '../synonyms.js'
import { wordsOf } from '../words.js'

/** A part of a search: one word or a run of words, with its synonyms. */
export interface Term {
  readonly words: readonly string[]
  /** In double quotes: the words have to be adjacent and unchanged. */
  readonly phrase: boolean
  /** Its synonyms, each a run of words. */
  readonly synonyms: readonly (readonly string[])[]
  /** The last word, which may be unfinished. */
  readonly prefix: boolean
}

/** The terms of a search text, by what they demand of a document. */
export interface Terms {
  /** Required. */
  readonly all: readonly Term[]
  /** Not required, but they rank documents higher. */
  readonly some: readonly Term[]
  /** Must be absent. */
  readonly not: readonly Term[]
}

/** Only the first words of a long text count. */
const wordsMax = 32

/** `car parks` becomes `car park`, `surgeries` becomes `surgery`. */
const singular = (word: string) => (word.length > 3 && !word.endsWith('ss') ? word.replace(/ies$/, 'y').replace(/s$/, '') : word)

const keyOf = (words: readonly string[]) => words.map(singular).join(' ')

/** The synonyms of each term, by its key. */
const byName = new Map<string, Map<string, readonly string[]>>()
for (const group of synonyms) {
  const names = new Map(group.map((name) => wordsOf(name)).map((words) => [keyOf(words), words]))
  for (const key of names.keys()) byName.set(key, new Map([...(byName.get(key) ?? []), ...names].filter(([other]) => other !== key)))
}
const synonymWordsMax = Math.max(...[...byName.keys()].map((key) => key.split(' ').length))

/** Parses a search text: words, "phrases in quotes", and -words that must be absent. */
export function termsOf(text: string): Terms {
  const asked: Term[] = []
  const not: Term[] = []
  let left = wordsMax
  const take = (part: string) => {
    const words = wordsOf(part).slice(0, left)
    left -= words.length
    return words
  }
  const phraseOf = (words: readonly string[]): Term[] => (words.length === 0 ? [] : [{ words, phrase: true, synonyms: [], prefix: false }])
  for (const [part, minus, quoted, plain = ''] of text.matchAll(/(-?)"([^"]*)(?:"|$)|((?:(?!-?")[\s\S])+)/g)) {
    if (quoted !== undefined) {
      ;(minus === '-' ? not : asked).push(...phraseOf(take(quoted)))
      continue
    }
    let run: string[] = []
    let isLastWanted = false
    for (const token of part.split(/\s+/)) {
      isLastWanted = !/^-[\p{L}\p{N}]/u.test(token)
      if (isLastWanted) run = [...run, ...take(token)]
      else not.push(...phraseOf(take(token)))
    }
    asked.push(...plainTerms(run, isLastWanted && text.endsWith(plain) && /[\p{L}\p{M}\p{N}]$/u.test(plain)))
  }
  const meaningful = asked.filter(({ words, phrase }) => phrase || words.some((word) => !stopWords.has(word)))
  const isWeak = ({ words, phrase, synonyms: others }: Term) => !phrase && others.length === 0 && words.every((word) => weakWords.has(word))
  const all = meaningful.filter((term) => !isWeak(term))
  if (all.length > 0) return { all, some: meaningful.filter(isWeak), not }
  return { all: meaningful.length > 0 ? meaningful : asked, some: [], not }
}

/** Unquoted words: the longest runs that have synonyms first, then single words. */
function plainTerms(words: readonly string[], isUnfinished: boolean): Term[] {
  const terms: Term[] = []
  for (let at = 0; at < words.length;) {
    const longest = Math.min(synonymWordsMax, words.length - at)
    const length =
      Array.from({ length: longest }, (_, index) => longest - index).find((size) => byName.has(keyOf(words.slice(at, at + size)))) ?? 1
    const run = words.slice(at, at + length)
    at += length
    terms.push({
      words: run,
      phrase: false,
      synonyms: [...(byName.get(keyOf(run))?.values() ?? [])],
      prefix: isUnfinished && at === words.length,
    })
  }
  return terms
}
