import { fold } from '../words.js'
import { type Concept, concepts } from './concepts.js'

/** Compares names without case, punctuation, `&` for `and`, or `https:` for `http:`. */
const keyOf = (name: string) => fold(name.replaceAll('&', ' and ')).replace(/^https /, 'http ')

const byName = new Map<string, Concept>(
  concepts.flatMap((concept) => [concept.label, ...concept.aliases].map((name): [string, Concept] => [keyOf(name), concept])),
)

/** The label of the theme with this name; an unknown name is only trimmed. Filters and facets use labels. */
export const themeLabel = (name: string): string => byName.get(keyOf(name))?.label ?? name.trim()

/**
 * The themes of a dataset in the vocabulary, and the broader themes that include them. A keyword that names a theme counts; a theme of the
 * source that the vocabulary does not know stays as published.
 */
export function themesOf(themes: readonly string[], keywords: readonly string[]): string[] {
  const named = keywords.flatMap((keyword) => byName.get(keyOf(keyword)) ?? [])
  const known = [...themes.flatMap((name) => byName.get(keyOf(name)) ?? []), ...named]
  const others = themes.filter((name) => !byName.has(keyOf(name))).map((name) => name.trim())
  return [...new Set([...known.flatMap(({ label, broader }) => [label, ...broader]), ...others])].filter((label) => label !== '')
}

/** A keyword in the form of facets and filters: `Council Tax` and `council  tax` are one. */
export const keywordLabel = (keyword: string): string => keyword.normalize('NFC').trim().replaceAll(/\s+/g, ' ').toLowerCase()

/** Keywords in that form, without duplicates. */
export const keywordsOf = (keywords: readonly string[]): string[] =>
  [...new Set(keywords.map(keywordLabel))].filter((keyword) => keyword !== '')
