import type { Settings } from 'meilisearch'
import { synonyms } from '../synonyms.js'

/**
 * One more whenever stored documents change their form: each of another version is told again when a hub compares index and catalogue.
 * Settings are compared one by one.
 */
export const settingsVersion = 2

/** The key of a document: see stored-document.ts. */
export const primaryKey = 'key'

/** Meilisearch reads runs of at most so many words of a query as one thing that may have synonyms. */
export const synonymWordsMax = 3

/** More than any catalogue has, so that totals are exact. */
const hitsMax = 10_000_000

/**
 * Signs that Meilisearch would read as letters: `<p>Roses</p>` and `£500` have the words `roses` and `500`. It takes apart words at
 * punctuation by itself, but at few of the symbols.
 */
export const separators = [
  '<',
  '>',
  '=',
  '|',
  '~',
  '^',
  '$',
  '£',
  '€',
  '¢',
  '¥',
  '¤',
  '©',
  '®',
  '°',
  '¬',
  '¦',
  '←',
  '→',
  '↑',
  '↓',
  '≤',
  '≥',
  '≠',
  '≈',
  '●',
  '■',
  '□',
  '▪',
  '★',
  '☆',
  '✓',
  '✔',
]

/** One and many of a name's last word. Abbreviations stay what they are, but for an s: `hmos`. */
function numbers(name: string): string[] {
  if (!/\p{L}{3}$/u.test(name)) return [name]
  if (!name.endsWith('s')) return [name, `${name}s`]
  return /\p{L}{4}s$/u.test(name) && !name.endsWith('ss') ? [name, name.slice(0, -1)] : [name]
}

/** Each way to say a thing leads to all the others. */
function bothWays(): Record<string, string[]> {
  const others = new Map<string, Set<string>>()
  for (const group of synonyms) {
    const names = [...new Set(group.flatMap(numbers))]
    for (const name of names) others.set(name, new Set([...(others.get(name) ?? []), ...names.filter((other) => other !== name)]))
  }
  return Object.fromEntries([...others].map(([name, values]) => [name, [...values]]))
}

/**
 * What an index is to be set to. A title's match comes before one of keywords and themes, that before descriptions, that before columns; of
 * the same, what was modified last comes first, then it is by id. `sort` stands first: a sort that is asked for is the order, whatever fits
 * better.
 */
export const settings = {
  searchableAttributes: [
    'title',
    'titleSpellings',
    'keywords',
    'themes',
    'subjectSpellings',
    'description',
    'descriptionSpellings',
    'columns',
    'columnWords',
    'semanticTypes',
    'organisationName',
  ],
  filterableAttributes: [
    'access',
    'audiences',
    'formats',
    'hasTables',
    'id',
    'keywords',
    'licence',
    'mark',
    'modified',
    'organisation',
    'semanticTypes',
    'spoke',
    'themes',
  ],
  sortableAttributes: ['id', 'modified', 'sortTitle'],
  // Who else may find a document, and what only serves searching, is shown to nobody.
  displayedAttributes: [
    'access',
    'columns',
    'description',
    'digest',
    'formats',
    'hasTables',
    'id',
    'keywords',
    'licence',
    'modified',
    'organisation',
    'organisationName',
    'semanticTypes',
    'spoke',
    'themes',
    'title',
  ],
  rankingRules: ['sort', 'words', 'typo', 'attributeRank', 'proximity', 'exactness', 'modified:desc', 'id:asc'],
  stopWords: [],
  synonyms: bothWays(),
  distinctAttribute: null,
  typoTolerance: {
    enabled: true,
    minWordSizeForTypos: { oneTypo: 5, twoTypos: 9 },
    disableOnWords: [],
    disableOnAttributes: [],
    disableOnNumbers: true,
  },
  faceting: { maxValuesPerFacet: 100, sortFacetValuesBy: { '*': 'count' } },
  pagination: { maxTotalHits: hitsMax },
  proximityPrecision: 'byWord',
  facetSearch: false,
  prefixSearch: 'indexingTime',
  separatorTokens: separators,
  nonSeparatorTokens: [],
  dictionary: [],
  searchCutoffMs: 10_000,
} satisfies Settings
