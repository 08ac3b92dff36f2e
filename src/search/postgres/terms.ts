import { stopWords, weakWords } from '../noise-words.js'
import { synonyms } from '../synonyms.js'
import { wordsOf } from '../words.js'

/** A part of a search: words that stand together where there are several, and what means the same. */
export interface Term {
  readonly words: readonly string[]
  /** In double quotes: found as it is, next to each other. */
  readonly phrase: boolean
  /** Other ways to say it, each a run of words. */
  readonly synonyms: readonly (readonly string[])[]
  /** The last word, which may not be finished yet. */
  readonly prefix: boolean
}

export interface Terms {
  /** Have to be there. */
  readonly all: readonly Term[]
  /** Need not be there, but what has them is better. */
  readonly some: readonly Term[]
  /** Have to be absent. */
  readonly not: readonly Term[]
}

/** Of a longer text the first words count. */
const wordsMax = 32

/** `car parks` is `car park`, `surgeries` is `surgery`. */
const singular = (word: string) => (word.length > 3 && !word.endsWith('ss') ? word.replace(/ies$/, 'y').replace(/s$/, '') : word)

const keyOf = (words: readonly string[]) => words.map(singular).join(' ')

/** Each way to say a thing, by its key, with the others. */
const byName = new Map<string, Map<string, readonly string[]>>()
for (const group of synonyms) {
  const names = new Map(group.map((name) => wordsOf(name)).map((words) => [keyOf(words), words]))
  for (const key of names.keys()) byName.set(key, new Map([...(byName.get(key) ?? []), ...names].filter(([other]) => other !== key)))
}
const synonymWordsMax = Math.max(...[...byName.keys()].map((key) => key.split(' ').length))

/** What a text asks for: words, "phrases in quotes", and -words that are not wanted. */
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
  const told = asked.filter(({ words, phrase }) => phrase || words.some((word) => !stopWords.has(word)))
  const isWeak = ({ words, phrase, synonyms: others }: Term) => !phrase && others.length === 0 && words.every((word) => weakWords.has(word))
  const all = told.filter((term) => !isWeak(term))
  if (all.length > 0) return { all, some: told.filter(isWeak), not }
  return { all: told.length > 0 ? told : asked, some: [], not }
}

/** Words of no quotes: the longest runs that have synonyms first, else each on its own. */
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
