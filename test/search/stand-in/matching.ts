import type { Settings } from 'meilisearch'
import type { Fields } from './filter.js'
import { type Term, type Token, tokensOf, typos } from './text.js'

/** A searchable attribute's words, text by text. */
export interface Attribute {
  readonly rank: number
  readonly texts: readonly (readonly Token[])[]
}

/** How a document matches: less is better, the first that differs decides. */
export interface Match {
  readonly typos: number
  readonly attributes: number
  readonly proximity: number
  readonly inexact: number
}

/** Where a part of the query is found in one text. */
interface Place {
  readonly attribute: number
  readonly text: number
  readonly position: number
  readonly typos: number
  readonly inexact: number
}

const taken = new WeakMap<Fields, { searchable: readonly string[]; attributes: Attribute[] }>()

export function attributesOf(document: Fields, { searchableAttributes, separatorTokens }: Settings): Attribute[] {
  const [searchable, separators] = [searchableAttributes ?? [], separatorTokens ?? []]
  const before = taken.get(document)
  if (before?.searchable === searchable) return before.attributes
  const attributes = searchable.map((name, rank) => ({
    rank,
    texts: [document[name]]
      .flat()
      .filter((text) => text !== undefined && text !== null)
      .map((text) => tokensOf(String(text), separators)),
  }))
  taken.set(document, { searchable, attributes })
  return attributes
}

/** Typos that a word of the query may have. */
export function typosAllowed(word: string, { typoTolerance }: Settings): number {
  const { oneTypo, twoTypos } = typoTolerance?.minWordSizeForTypos ?? {}
  if (typoTolerance?.enabled === false || (typoTolerance?.disableOnNumbers === true && /^\p{N}+$/u.test(word))) return 0
  return word.length < (oneTypo ?? 5) ? 0 : word.length < (twoTypos ?? 9) ? 1 : 2
}

/** The best that a document can do for these parts, each of which it has to have; undefined where it lacks one. */
export function matchAll(attributes: readonly Attribute[], terms: readonly Term[], settings: Settings): Match | undefined {
  let best: Match | undefined
  const go = (at: number, so: Match, last: readonly Place[]) => {
    if (at === terms.length) {
      if (best === undefined || compare(so, best) < 0) best = so
      return
    }
    // One part, or two or three words written together or known by other names.
    for (let length = 1; length <= 3 && at + length <= terms.length; length += 1) {
      const places = placesOf(attributes, terms.slice(at, at + length), settings)
      if (places.length === 0) continue
      const typosOf = Math.min(...places.map((place) => place.typos))
      const fewest = places.filter((place) => place.typos === typosOf)
      go(
        at + length,
        {
          typos: so.typos + typosOf + length - 1,
          attributes: so.attributes + Math.min(...fewest.map(({ attribute }) => attribute)),
          proximity: so.proximity + (last.length === 0 ? 0 : nearest(last, fewest)),
          inexact: so.inexact + Math.min(...fewest.map(({ inexact }) => inexact)),
        },
        fewest,
      )
    }
  }
  go(0, { typos: 0, attributes: 0, proximity: 0, inexact: 0 }, [])
  return best
}

export const compare = (one: Match, other: Match) =>
  one.typos - other.typos || one.attributes - other.attributes || one.proximity - other.proximity || one.inexact - other.inexact

function nearest(before: readonly Place[], after: readonly Place[]): number {
  const distances = before.flatMap((one) =>
    after
      .filter(({ attribute, text }) => attribute === one.attribute && text === one.text)
      .map(({ position }) => (position > one.position ? position - one.position : one.position - position + 1)),
  )
  return Math.min(8, ...distances)
}

/** Every place of one part, or of several words that are taken as one. */
export function placesOf(attributes: readonly Attribute[], terms: readonly Term[], settings: Settings): Place[] {
  const phrases = synonymsOf(terms, settings)
  return attributes.flatMap(({ rank, texts }) =>
    texts.flatMap((tokens, text) =>
      tokens.flatMap((token, index) => {
        const own = length(tokens, index, terms, settings)
        const other = phrases.some((words) => words.every((word, offset) => tokens[index + offset]?.lemma === word))
        if (own === undefined && !other) return []
        return [{ attribute: rank, text, position: token.position, typos: other ? 0 : own!.typos, inexact: own?.isExact === true ? 0 : 1 }]
      }),
    ),
  )
}

const synonymsOf = (terms: readonly Term[], { synonyms }: Settings) =>
  terms.some(({ isPhrase }) => isPhrase)
    ? []
    : (synonyms?.[terms.map(({ words }) => words[0]).join(' ')] ?? []).map((name) => name.split(' '))

/** Whether the token at a place, and those after it, are what these parts ask for. */
function length(
  tokens: readonly Token[],
  at: number,
  terms: readonly Term[],
  settings: Settings,
): { typos: number; isExact: boolean } | undefined {
  const [first] = terms
  if (first!.isPhrase) {
    const isThere =
      terms.length === 1 &&
      first!.words.every(
        (word, offset) => tokens[at + offset]?.lemma === word && tokens[at + offset]!.position === tokens[at]!.position + offset,
      )
    return isThere ? { typos: 0, isExact: true } : undefined
  }
  if (terms.some(({ isPhrase }) => isPhrase)) return undefined
  const word = terms.map(({ words }) => words[0]!).join('')
  const most = Math.max(0, typosAllowed(word, settings) - (terms.length - 1))
  const made = typos(word, tokens[at]!.lemma, most, terms.at(-1)!.isPrefix)
  return made === Infinity ? undefined : { typos: made, isExact: tokens[at]!.lemma === word }
}

/** Where a text is marked: characters that these parts match, in order. */
export function marksOf(tokens: readonly Token[], terms: readonly Term[], settings: Settings): { start: number; end: number }[] {
  const marks = new Map<number, number>()
  for (let at = 0; at < terms.length; at += 1) {
    for (let size = 1; size <= 3 && at + size <= terms.length; size += 1) {
      const some = terms.slice(at, at + size)
      const phrases = [...synonymsOf(some, settings), ...(some[0]!.isPhrase && size === 1 ? [some[0]!.words] : [])]
      for (const [index, token] of tokens.entries()) {
        for (const words of phrases) {
          if (words.every((word, offset) => tokens[index + offset]?.lemma === word))
            marks.set(token.start, tokens[index + words.length - 1]!.end)
        }
        if (some[0]!.isPhrase || length(tokens, index, some, settings) === undefined || marks.has(token.start)) continue
        const typed = some.map(({ words }) => words[0]!).join('').length
        // Of a word that may go on, as much is marked as was typed.
        marks.set(token.start, some.at(-1)!.isPrefix && token.end - token.start > typed ? token.start + typed : token.end)
      }
    }
  }
  return [...marks]
    .map(([start, end]) => ({ start, end }))
    .toSorted((one, other) => one.start - other.start)
    .filter((mark, index, all) => index === 0 || mark.start >= all[index - 1]!.end)
}
