import type { Term, Terms } from './terms.js'

/**
 * What may have been meant by a word.
 * @property words that it is mistyped for, or begins
 * @property apart runs of words that it may be when taken apart
 * @property isListed all that it begins are among them: to look up several words is sooner done than what begins like one
 * @property isKnown whether a document has the word itself, or might
 */
export interface Meant {
  readonly words: readonly string[]
  readonly apart: readonly (readonly string[])[]
  readonly isListed: boolean
  readonly isKnown: boolean
}

export type Near = ReadonlyMap<string, Meant>

/**
 * What makes a document better, and how much that is worth.
 * @property query a text query that it answers; '' for none: it holds of whatever matches
 * @property title a word of its folded title, as it is written
 * @property spoke a word of its spoke's id
 * @property better merits that hold only where this one does, and count instead of it: the first that holds
 */
export interface Merit {
  readonly query: string
  readonly title?: string
  readonly spoke?: string
  readonly points: number
  readonly better?: readonly Merit[]
}

/**
 * What has to hold of a document's words as they stand, for to_tsquery('simple', …): the text index leaves stop words out, and takes words
 * of one stem for each other. '' for nothing.
 * @property phrases all of them, or one of them where `otherwise` does not hold
 * @property otherwise where one of all terms is enough: the terms that are no phrases, for to_tsquery('english', …)
 * @property unwanted none of them
 */
export interface ExactQuery {
  readonly phrases: string
  readonly otherwise: string
  readonly unwanted: string
}

/**
 * A search as PostgreSQL's text queries, for to_tsquery('english', …). Words hold letters and digits only, so none can be an operator.
 * @property match what has to hold
 * @property merits to rank by; of each list, the first that holds counts
 * @property words every word of a document that matches is to be shown by
 */
export interface TextQuery {
  readonly match: string
  readonly exact: ExactQuery
  readonly merits: readonly (readonly Merit[])[]
  readonly words: string
}

/** How much is asked of a document: all terms, or one of them. */
export type Demand = 'all' | 'any'

/** Terms of a longer text that rank. */
const rankedMax = 10

/** What a term is worth in each field, so that it outweighs those after it. Their labels in the index: A, B, C, D. */
const shares = { title: 1, keywords: 0.3, description: 0.08, columns: 0.02 } as const

/**
 * The text index takes `parking` and `parks` for one, and who asks for `schools` asks for no `school meals`: in titles such words count
 * more as they are.
 */
const conflated = /(ing|[^s]s)$/

export function textQuery({ all, some, not }: Terms, near: Near, demand: Demand): TextQuery {
  const wanted = all.map((term) => either(waysOf(term, near)))
  const unwanted = not.flatMap(({ words }) => (words.length === 1 ? [`!(${words.join()})`] : []))
  const match = [...(wanted.length === 0 ? [] : [`(${wanted.map(group).join(demand === 'all' ? ' & ' : ' | ')})`]), ...unwanted].join(' & ')
  const ranked = all.slice(0, rankedMax)
  return {
    match,
    exact: exactQuery(all, not, wanted, demand),
    merits: [
      ...ranked.map((term) => meritsOf(term, near, { worth: 1, isThere: demand === 'all' })),
      ...some.slice(0, rankedMax).map((term) => meritsOf(term, near, { worth: 0.1, isThere: false })),
      ...ranked.slice(1).map((term, index) => together(ranked[index] as Term, term, near)),
    ],
    words: [...new Set(wanted.flatMap((text) => text.split(/[()|&\s]+|<->/)))].filter((word) => word !== '').join(' | '),
  }
}

/** @param wanted the ways of each term, in the order of `all`. */
function exactQuery(all: readonly Term[], not: readonly Term[], wanted: readonly string[], demand: Demand): ExactQuery {
  const run = ({ words }: Term) => `(${words.join(' <-> ')})`
  const phrases = all.filter(({ phrase, words }) => phrase && words.length > 1)
  const others = wanted.filter((_, index) => !phrases.includes(all[index] as Term))
  return {
    phrases: phrases.map(run).join(demand === 'all' ? ' & ' : ' | '),
    otherwise: demand === 'any' && phrases.length > 0 ? others.map(group).join(' | ') : '',
    unwanted: not
      .filter(({ words }) => words.length > 1)
      .map(run)
      .join(' | '),
  }
}

/**
 * How well a document has a term: as typed before as another word of the same stem, that before unfinished or mistyped, and each in which
 * field. Most documents have a term far from their titles, so that it is asked first whether they have it near.
 * @param isThere whether what matches has the term, one way or another
 */
function meritsOf(term: Term, near: Near, { worth, isThere }: { worth: number; isThere: boolean }): Merit[] {
  const [own = '', ...others] = exact(term)
  const isWord = isOneWord(term)
  const [meant] = loose(term, near)
  const asTyped: Merit[] = [
    ...(others.length === 0 ? [] : [{ query: labelled(either(others), 'A'), points: worth * 2 }]),
    { query: '', title: own, points: worth * 2 },
  ]
  const inTitle = isWord && conflated.test(own) ? { points: worth * 1.9, better: asTyped } : { points: worth * 2 }
  const ways = isUnknown(term, near) ? [] : [inFields(either([own, ...others]), (share) => worth * (1 + share), inTitle)]
  const merits = [...ways, ...(meant === undefined ? [] : [inFields(meant, (share) => worth * (0.9 + share * 0.8))])]
  return [
    // What a place publishes is of that place, whether or not its titles say so.
    ...(isWord ? [{ query: '', spoke: own, points: worth * 2 }] : []),
    ...(isThere ? [...merits.slice(0, -1), ...merits.slice(-1).map((last) => ({ ...last, query: '' }))] : merits),
  ]
}

/** By field: the best in the title, then in keywords, then in the description. */
function inFields(
  query: string,
  points: (share: number) => number,
  inTitle: Pick<Merit, 'points' | 'better'> = { points: points(shares.title) },
): Merit {
  return {
    query,
    points: points(shares.columns),
    better: [
      { query: labelled(query, 'AB'), points: points(shares.keywords), better: [{ query: labelled(query, 'A'), ...inTitle }] },
      { query: labelled(query, 'ABC'), points: points(shares.description) },
    ],
  }
}

/** Two terms that follow each other, as they were typed. */
function together(one: Term, next: Term, near: Near): Merit[] {
  const query = [one, next].map((term) => `(${either(waysOf(term, near)).replaceAll(' & ', ' <-> ')})`).join(' <-> ')
  return [{ query, points: 0.05, better: [{ query: labelled(query, 'A'), points: 0.2 }] }]
}

/** The words themselves, then what means the same. */
const exact = ({ words, phrase, synonyms }: Term): string[] => [
  group(words.join(phrase ? ' <-> ' : ' & ')),
  ...synonyms.map((other) => group(other.join(' <-> '))),
]

const isOneWord = ({ words, phrase }: Term) => words.length === 1 && !phrase

/** A word that no document has, but what may have been meant by it. */
function isUnknown(term: Term, near: Near): boolean {
  const {
    words: [word = ''],
    synonyms,
  } = term
  return isOneWord(term) && synonyms.length === 0 && near.get(word)?.isKnown === false && loose(term, near).length > 0
}

/** All that a document may have for a term. */
const waysOf = (term: Term, near: Near): string[] => [...(isUnknown(term, near) ? [] : exact(term)), ...loose(term, near)]

/** The words as they may have been meant: mistyped, or the last one unfinished. What no document has is looked up in none. */
function loose({ words, phrase, prefix }: Term, near: Near): string[] {
  const others = words.map((word, index) => {
    const meant = near.get(word)
    const isOpen = prefix && index === words.length - 1 && meant?.isListed !== true
    return [...(isOpen ? [`${word}:*`] : []), ...(meant?.words ?? []), ...(meant?.apart ?? []).map((run) => `(${run.join(' <-> ')})`)]
  })
  if (phrase || others.every(({ length }) => length === 0)) return []
  const ways = words.map((word, index) => {
    const own = others[index] ?? []
    return own.length > 0 && near.get(word)?.isKnown === false ? own : [word, ...own]
  })
  return [group(ways.map(either).join(' & '))]
}

const either = (ways: readonly string[]) => (ways.length === 1 ? (ways[0] as string) : `(${ways.join(' | ')})`)
const group = (text: string) => (/^[^\s]+$/.test(text) ? text : `(${text})`)

/** Each word in one of these fields alone. */
const labelled = (query: string, label: string) =>
  query.replaceAll(/[\p{L}\p{N}]+(:\*)?/gu, (word) => (word.endsWith(':*') ? `${word}${label}` : `${word}:${label}`))
