import type { Settings } from 'meilisearch'
import { narrower, synonyms } from '../synonyms.js'

/**
 * Increase it when the form of stored documents changes: documents of another version are written again when a hub compares index and
 * catalogue. Changed settings are found without it.
 */
export const settingsVersion = 2

/** The primary key of a document: see stored-document.ts. */
export const primaryKey = 'key'

/** Meilisearch finds synonyms only for runs of at most so many words. */
export const synonymWordsMax = 3

/** More than any catalogue has, so that totals are exact. */
const hitsMax = 10_000_000

/**
 * Signs that Meilisearch would read as parts of words, so that `<p>Roses</p>` and `£500` have the words `roses` and `500`. It splits words
 * at punctuation by itself, but at few symbols.
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

/** Singular and plural of a name's last word. Abbreviations only get an s: `hmos`. */
function numbers(name: string): string[] {
  if (!/\p{L}{3}$/u.test(name)) return [name]
  if (!name.endsWith('s')) return [name, `${name}s`]
  return /\p{L}{4}s$/u.test(name) && !name.endsWith('ss') ? [name, name.slice(0, -1)] : [name]
}

/** Each synonym leads to all the others, and a wide word to its kinds. */
function everyWay(): Record<string, string[]> {
  const others = new Map<string, Set<string>>()
  for (const group of synonyms) {
    const names = [...new Set(group.flatMap(numbers))]
    for (const name of names) others.set(name, new Set([...(others.get(name) ?? []), ...names.filter((other) => other !== name)]))
  }
  for (const [wide, ...kinds] of narrower)
    for (const name of numbers(wide)) others.set(name, new Set([...(others.get(name) ?? []), ...kinds.flatMap(numbers)]))
  return Object.fromEntries([...others].map(([name, values]) => [name, [...values]]))
}

/**
 * The settings of an index. A match in the title ranks above one in keywords and themes, that above descriptions, that above columns; equal
 * hits are ordered by modification, latest first, then by id. `sort` is the first rule, so that a requested sort decides the order alone.
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
  // Audiences, and fields that only serve searching, are not returned.
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
  synonyms: everyWay(),
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
