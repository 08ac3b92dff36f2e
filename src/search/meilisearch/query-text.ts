import { type Term, termsOf } from '../postgres/terms.js'
import { synonymWordsMax } from './settings.js'

/** Only so many characters of a text are read. */
const textMax = 2_000

/** Meilisearch reads so many words of a query. */
const termsMax = 10

/** A typed text as parts of a Meilisearch query. */
export interface QueryParts {
  /** Words, runs of words, and "phrases" that are required. */
  readonly wanted: readonly string[]
  /** -words and -"phrases" that must be absent. */
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
 * The query of these parts; '' if nothing is required. Unwanted words come first, because Meilisearch treats the last word as a prefix.
 * @param kept a bit for each required part that counts
 */
export const queryOf = ({ wanted, unwanted }: QueryParts, kept = -1): string =>
  [...unwanted, ...wanted.filter((_, index) => (kept & (1 << index)) !== 0)].join(' ')

/** Runs too long for Meilisearch to find their synonyms are replaced by the shortest synonym, which leads to all the others. */
function written({ words, phrase: isPhrase, synonyms }: Term): string {
  if (isPhrase) return phrase(words)
  if (words.length <= synonymWordsMax || synonyms.length === 0) return words.join(' ')
  return synonyms.toSorted((one, other) => one.length - other.length)[0]!.join(' ')
}

const phrase = (words: readonly string[]) => `"${words.join(' ')}"`
