import type { Term, Terms } from './terms.js'

/** Words that may have been meant by a mistyped one. */
export type Near = ReadonlyMap<string, readonly string[]>

/**
 * What makes a document better, and how much that is worth.
 * @property query a text query that it answers; '' for none
 * @property title a regular expression for its folded title
 * @property spoke a word of its spoke's id
 */
export interface Merit {
  readonly query: string
  readonly title?: string
  readonly spoke?: string
  readonly points: number
}

/**
 * A search as PostgreSQL's text queries, for to_tsquery('english', …). Words hold letters and digits only, so none can be an operator.
 * @property match what has to hold
 * @property merits to rank by; of each list, the first that holds counts
 * @property words every word of a document that matches is to be shown by
 */
export interface TextQuery {
  readonly match: string
  readonly merits: readonly (readonly Merit[])[]
  readonly words: string
}

/** How much is asked of a document: all terms, or one of them. */
export type Demand = 'all' | 'any'

/** Terms of a longer text that rank. */
const rankedMax = 10

/** The labels of title; keywords too; description too; columns too: what each is worth, so that it outweighs what comes after. */
const fields = [['A', 1], ['AB', 0.3], ['ABC', 0.08], ['ABCD', 0.02]] as const

/** The text index takes `parking` and `parks` for one, and who asks for `schools` asks for no `school meals`: in titles such words count more as they are. */
const conflated = /(ing|[^s]s)$/

export function textQuery({ all, some, not }: Terms, near: Near, demand: Demand): TextQuery {
  const wanted = all.map((term) => either([...exact(term), ...loose(term, near)]))
  const unwanted = not.map(({ words }) => `!(${words.join(' <-> ')})`)
  const match = [...(wanted.length === 0 ? [] : [`(${wanted.map(group).join(demand === 'all' ? ' & ' : ' | ')})`]), ...unwanted].join(' & ')
  const ranked = all.slice(0, rankedMax)
  return {
    match,
    merits: [
      ...ranked.map((term) => meritsOf(term, near, 1)),
      ...some.slice(0, rankedMax).map((term) => meritsOf(term, near, 0.1)),
      ...ranked.slice(1).map((term, index) => together(ranked[index] as Term, term, near)),
    ],
    words: [...new Set(wanted.flatMap((text) => text.split(/[()|&\s]+|<->/)))].filter((word) => word !== '').join(' | '),
  }
}

/** How well a document has a term: as typed before as another word of the same stem, that before unfinished or mistyped, and each in which field. */
function meritsOf(term: Term, near: Near, worth: number): Merit[] {
  const [own = '', ...others] = exact(term)
  const ways = [own, ...others]
  const isWord = term.words.length === 1 && !term.phrase
  const inFields = (queries: readonly string[], least: number, share: number): Merit[] =>
    queries.length === 0 ? [] : fields.map(([label, points]) => ({ query: labelled(either(queries), label), points: worth * (least + points * share) }))
  const asTyped = [
    ...(others.length === 0 ? [] : [{ query: labelled(either(others), 'A'), points: worth * 2 }]),
    { query: labelled(own, 'A'), title: `\\m${own}\\M`, points: worth * 2 },
    { query: labelled(own, 'A'), points: worth * 1.9 },
  ]
  return [
    // What a place publishes is of that place, whether or not its titles say so.
    ...(isWord ? [{ query: '', spoke: own, points: worth * 2 }] : []),
    ...(isWord && conflated.test(own) ? asTyped : []),
    ...inFields(ways, 1, 1).slice(isWord && conflated.test(own) ? 1 : 0),
    ...inFields(loose(term, near), 0.9, 0.8),
  ]
}

/** Two terms that follow each other, as they were typed. */
function together(one: Term, next: Term, near: Near): Merit[] {
  const query = [one, next].map((term) => `(${either([...exact(term), ...loose(term, near)]).replaceAll(' & ', ' <-> ')})`).join(' <-> ')
  return [{ query: labelled(query, 'A'), points: 0.2 }, { query, points: 0.05 }]
}

/** The words themselves, then what means the same. */
const exact = ({ words, phrase, synonyms }: Term): string[] => [group(words.join(phrase ? ' <-> ' : ' & ')), ...synonyms.map((other) => group(other.join(' <-> ')))]

/** The words as they may have been meant: mistyped, or the last one unfinished. */
function loose({ words, phrase, prefix }: Term, near: Near): string[] {
  const ways = words.map((word, index) => [word, ...(prefix && index === words.length - 1 ? [`${word}:*`] : []), ...(near.get(word) ?? [])])
  return phrase || ways.every(({ length }) => length === 1) ? [] : [group(ways.map(either).join(' & '))]
}

const either = (ways: readonly string[]) => (ways.length === 1 ? (ways[0] as string) : `(${ways.join(' | ')})`)
const group = (text: string) => (/^[^\s]+$/.test(text) ? text : `(${text})`)

/** Each word in one of these fields alone. */
const labelled = (query: string, label: string) => (label === 'ABCD' ? query : query.replaceAll(/[\p{L}\p{N}]+(:\*)?/gu, (word) => (word.endsWith(':*') ? `${word}${label}` : `${word}:${label}`)))
