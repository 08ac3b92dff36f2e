import { synonymsOf, type Term, type Terms } from './terms.js'

/**
 * What a typed word may mean.
 * @property words words that it begins
 * @property corrected guesses of what was mistyped, the likeliest first
 * @property apart runs of words that it may be when split
 * @property isListed whether `words` holds all words that it begins; then a prefix query, which is slower, is not needed
 * @property isKnown whether a document has the word itself, or might
 */
export interface Meant {
  readonly words: readonly string[]
  readonly corrected: readonly string[]
  readonly apart: readonly (readonly string[])[]
  readonly isListed: boolean
  readonly isKnown: boolean
}

/** What each word may mean, by the word. */
export type Near = ReadonlyMap<string, Meant>

/**
 * A condition that makes a document rank higher, and by how much.
 * @property query a text query that the document has to match; '' if every found document counts
 * @property title a word that its folded title has to hold unstemmed
 * @property spoke a word of its spoke's id
 * @property better merits that count instead of this one; they imply it, and the first that holds wins
 */
export interface Merit {
  readonly query: string
  readonly title?: string
  readonly spoke?: string
  readonly points: number
  readonly better?: readonly Merit[]
}

/**
 * Conditions on the unstemmed words of a document, for to_tsquery('simple', …), because the text index drops stop words and conflates words
 * of one stem. '' for none.
 * @property phrases all of them; if `otherwise` is given, one of them or `otherwise`
 * @property otherwise if one of all terms is enough: the terms that are not phrases, for to_tsquery('english', …)
 * @property unwanted none of them
 */
export interface ExactQuery {
  readonly phrases: string
  readonly otherwise: string
  readonly unwanted: string
}

/**
 * A search as PostgreSQL text queries, for to_tsquery('english', …). Words hold only letters and digits, so none can be an operator.
 * @property match what a document has to match
 * @property merits what ranks documents; in each list, the first that holds counts
 * @property words every word to highlight
 */
export interface TextQuery {
  readonly match: string
  readonly exact: ExactQuery
  readonly merits: readonly (readonly Merit[])[]
  readonly words: string
}

/** Whether a document has to match all terms, or one of them. */
export type Demand = 'all' | 'any'

/** Only so many terms of a long text rank. */
const rankedMax = 10

/** The weight of a term in each field; each outweighs the fields after it. Their labels in the index: A, B, C, D. */
const shares = { title: 1, keywords: 0.3, description: 0.08, columns: 0.02 } as const

/**
 * Words that the text index conflates with others of their stem: `parking` with `parks`, and a search for `schools` is not one for `school
 * meals`. So the unstemmed word in a title counts more.
 */
const conflated = /(ing|[^s]s)$/

/**
 * The tsquery that documents must match, and the conditions that rank them.
 * @param demand whether a document needs all wanted terms or one of them.
 */
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
      ...(isOutdated(all) ? [] : [[{ query: outdated.map((word) => `${word}:A`).join(' | '), points: -outdatedCost }]]),
      ...ranked.slice(1).map((term, index) => together(ranked[index] as Term, term, near)),
    ],
    words: [...new Set(wanted.flatMap((text) => text.split(/[()|&\s]+|<->/)))].filter((word) => word !== '').join(' | '),
  }
}

/** Words of titles that say that another dataset has taken the place of this one. */
const outdated = ['archived', 'superseded', 'discontinued', 'withdrawn']
/** What is current outranks what only has a better word in its title. */
const outdatedCost = 1.5
const isOutdated = (all: readonly Term[]) => all.some(({ words }) => words.some((word) => outdated.includes(word)))

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
 * How well a document matches a term: the typed word ranks above another word of its stem, that above an unfinished one, and each by its
 * field. A guess of what was mistyped ranks below the typed word in any field. Most documents have a term far from their titles, so one query first finds those that have it in a better field.
 * @param isThere whether every found document has the term in some way
 */
function meritsOf(term: Term, near: Near, { worth, isThere }: { worth: number; isThere: boolean }): Merit[] {
  const [own = '', ...others] = exact(term)
  const isWord = isOneWord(term)
  const [begun] = loose(term, near, meantBy)
  const [guessed] = loose(term, near, guessesOf)
  const asTyped: Merit[] = [
    ...(others.length === 0 ? [] : [{ query: labelled(either(others), 'A'), points: worth * 2 }]),
    { query: '', title: own, points: worth * 2 },
  ]
  const inTitle = isWord && conflated.test(own) ? { points: worth * 1.9, better: asTyped } : { points: worth * 2 }
  const ways = isUnknown(term, near) ? [] : [inFields(either([own, ...others]), (share) => worth * (1 + share), inTitle)]
  const loosely = (share: number) => worth * (0.9 + share * 0.8)
  const asGuess = (share: number) => worth * (0.5 + share * 0.5)
  const merits = [
    ...ways,
    ...(begun === undefined ? [] : [inFields(begun, loosely)]),
    // Where no document has the typed word, the guesses rank among themselves.
    ...(guessed === undefined ? [] : [inFields(guessed, ways.length === 0 ? loosely : asGuess)]),
  ]
  return [
    // What an organisation publishes is about its place, even if the titles do not name it.
    ...(isWord ? [{ query: '', spoke: own, points: worth * 2 }] : []),
    ...(isThere ? [...merits.slice(0, -1), ...merits.slice(-1).map((last) => ({ ...last, query: '' }))] : merits),
  ]
}

/** By field: the most for the title, then keywords, then the description. */
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

/** Two terms that follow each other as typed. */
function together(one: Term, next: Term, near: Near): Merit[] {
  const query = [one, next].map((term) => `(${either(waysOf(term, near)).replaceAll(' & ', ' <-> ')})`).join(' <-> ')
  return [{ query, points: 0.05, better: [{ query: labelled(query, 'A'), points: 0.2 }] }]
}

/** The words themselves, then their synonyms, then what they are when written together. */
const exact = ({ words, phrase, synonyms, joined }: Term): string[] => [
  group(words.join(phrase ? ' <-> ' : ' & ')),
  ...synonyms.map((other) => group(other.join(' <-> '))),
  ...joined,
]

const isOneWord = ({ words, phrase }: Term) => words.length === 1 && !phrase

/** A word that no document has, but that has likely meanings. */
function isUnknown(term: Term, near: Near): boolean {
  const {
    words: [word = ''],
    synonyms,
  } = term
  return isOneWord(term) && synonyms.length === 0 && near.get(word)?.isKnown === false && anyhow(term, near).length > 0
}

/** Everything in a document that counts as the term. */
const waysOf = (term: Term, near: Near): string[] => [...(isUnknown(term, near) ? term.joined : exact(term)), ...anyhow(term, near)]

const meantBy = ({ words, apart }: Meant) => [...words, ...apart.map((run) => `(${run.join(' <-> ')})`)]
const guessesOf = ({ corrected }: Meant) =>
  corrected.flatMap((word) => [word, ...synonymsOf([word]).map((run) => (run.length === 1 ? run.join() : `(${run.join(' <-> ')})`))])
const anyhow = (term: Term, near: Near): string[] => loose(term, near, (meant) => [...meantBy(meant), ...guessesOf(meant)])

/**
 * The likely meanings of the words: endings of the last one, or corrections. A word that no document has is not looked up.
 * @param meanings which of the meanings of a word count. Without the words that it begins, it is not unfinished either.
 */
function loose({ words, phrase, prefix }: Term, near: Near, meanings: (meant: Meant) => readonly string[]): string[] {
  const others = words.map((word, index) => {
    const meant = near.get(word)
    const isOpen = meanings !== guessesOf && prefix && index === words.length - 1 && meant?.isListed !== true
    return [...(isOpen ? [`${word}:*`] : []), ...(meant === undefined ? [] : meanings(meant))]
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
