import { type Term, termsOf } from '../postgres/terms.js'
import { synonymWordsMax } from './settings.js'

/** Characters of a text that are looked at. */
const textMax = 2_000

/** Of a query, Meilisearch reads so many. */
const termsMax = 10

/** What somebody typed, in parts of a query of Meilisearch. */
export interface QueryParts {
  /** Words, runs of words, and "phrases": what has to be found. */
  readonly wanted: readonly string[]
  /** -words and -"phrases". */
  readonly unwanted: readonly string[]
}

/** Folded words, "phrases" and -words without any other sign, so that nothing else is an operator. */
export function queryParts(text: string): QueryParts {
  const { all, not } = termsOf(text.slice(0, textMax))
  return {
    wanted: all.slice(0, termsMax).map(written),
    unwanted: not.slice(0, termsMax).map(({ words }) => `-${words.length === 1 ? words[0] : phrase(words)}`),
  }
}

/**
 * The query of these parts; '' where there is nothing to look for. Unwanted words come first: the last of all is what a prefix is looked
 * for by.
 * @param kept a bit for each wanted part that counts
 */
export const queryOf = ({ wanted, unwanted }: QueryParts, kept = -1): string =>
  [...unwanted, ...wanted.filter((_, index) => (kept & (1 << index)) !== 0)].join(' ')

/** Runs that are too long for Meilisearch to know their synonyms go as the shortest of these, which leads to all the others. */
function written({ words, phrase: isPhrase, synonyms }: Term): string {
  if (isPhrase) return phrase(words)
  if (words.length <= synonymWordsMax || synonyms.length === 0) return words.join(' ')
  return synonyms.toSorted((one, other) => one.length - other.length)[0]!.join(' ')
}

const phrase = (words: readonly string[]) => `"${words.join(' ')}"`
