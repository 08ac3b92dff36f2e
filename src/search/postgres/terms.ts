import { stopWords, weakWords } from '../noise-words.js'
import { narrower, synonyms } from '../synonyms.js'
import { wordLengthMax, wordsOf } from '../words.js'

/** A part of a search: one word or a run of words, with its synonyms. */
export interface Term {
  readonly words: readonly string[]
  /** In double quotes: the words have to be adjacent and unchanged. */
  readonly phrase: boolean
  /** Its synonyms, each a run of words. */
  readonly synonyms: readonly (readonly string[])[]
  /** Words that stand for it when it is written together, alone or with a neighbour: `airquality`. */
  readonly joined: readonly string[]
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
for (const [wide, ...kinds] of narrower) {
  const key = keyOf(wordsOf(wide))
  const names = kinds.map((name) => wordsOf(name)).map((words): [string, readonly string[]] => [keyOf(words), words])
  byName.set(key, new Map([...(byName.get(key) ?? []), ...names]))
}
// Two words are also written together: `streetlights` is what `street lights` is.
for (const [key, names] of [...byName].filter(([name]) => /^\S{2,} \S+$/.test(name))) {
  const joined = key.replace(' ', '')
  if (!byName.has(joined)) byName.set(joined, new Map([...names, [key, key.split(' ')]]))
}
const synonymWordsMax = Math.max(...[...byName.keys()].map((key) => key.split(' ').length))

/** The synonyms of a run of words, or of the one word that two are when written together: `play grounds`. Empty where it has none. */
export function synonymsOf(run: readonly string[]): (readonly string[])[] {
  const names = byName.get(keyOf(run)) ?? (run.length === 2 ? byName.get(keyOf([run.join('')])) : undefined)
  return [...(names?.values() ?? [])]
}

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
  const phraseOf = (words: readonly string[]): Term[] =>
    words.length === 0 ? [] : [{ words, phrase: true, synonyms: [], joined: [], prefix: false }]
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
  const terms: Omit<Term, 'joined'>[] = []
  for (let at = 0; at < words.length;) {
    const longest = Math.min(synonymWordsMax, words.length - at)
    const length =
      Array.from({ length: longest }, (_, index) => longest - index).find((size) => synonymsOf(words.slice(at, at + size)).length > 0) ?? 1
    const run = words.slice(at, at + length)
    at += length
    terms.push({
      words: run,
      phrase: false,
      synonyms: synonymsOf(run),
      prefix: isUnfinished && at === words.length,
    })
  }
  return terms.map((term, at) => ({ ...term, joined: joinedOf(term, terms[at - 1], terms[at + 1]) }))
}

/** A term of two words and its synonyms of two, each as one word; a term of one word, together with the word before it and after it. */
function joinedOf(term: Omit<Term, 'joined'>, before?: Omit<Term, 'joined'>, after?: Omit<Term, 'joined'>): string[] {
  const beside = term.words.length > 1 ? [] : [[before, term] as const, [term, after] as const]
  const neighbours = beside.map((pair) => pair.flatMap((one) => (one?.words.length === 1 ? one.words : [])))
  return [...new Set([term.words, ...term.synonyms, ...neighbours].flatMap(together))]
}

/** Two words as one; nothing where one of them says nothing, or is a single letter. */
function together(words: readonly string[]): string[] {
  const isPair = words.length === 2 && words.every((word) => word.length > 1 && !stopWords.has(word))
  const joined = words.join('')
  return isPair && joined.length <= wordLengthMax ? [joined] : []
}
