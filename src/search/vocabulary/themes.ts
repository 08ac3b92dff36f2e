import { fold } from '../words.js'
import { type Concept, concepts } from './concepts.js'

/** `&` and `and` are one, and so are `https:` and `http:`. */
const keyOf = (name: string) => fold(name.replaceAll('&', ' and ')).replace(/^https /, 'http ')

const byName = new Map<string, Concept>(concepts.flatMap((concept) => [concept.label, ...concept.aliases].map((name): [string, Concept] => [keyOf(name), concept])))

/** The label of the theme that a name stands for; another name as it is, trimmed. Filters and facets speak of themes by it. */
export const themeLabel = (name: string): string => byName.get(keyOf(name))?.label ?? name.trim()

/**
 * The themes of a dataset in the one vocabulary, with those that they are a part of. A keyword counts that names a theme; a theme of its
 * source that the vocabulary does not know stays as published.
 */
export function themesOf(themes: readonly string[], keywords: readonly string[]): string[] {
  const named = keywords.flatMap((keyword) => byName.get(keyOf(keyword)) ?? [])
  const known = [...themes.flatMap((name) => byName.get(keyOf(name)) ?? []), ...named]
  const others = themes.filter((name) => !byName.has(keyOf(name))).map((name) => name.trim())
  return [...new Set([...known.flatMap(({ label, broader }) => [label, ...broader]), ...others])].filter((label) => label !== '')
}

/** The keyword as facets and filters speak of it: `Council Tax` and `council  tax` are one. */
export const keywordLabel = (keyword: string): string => keyword.normalize('NFC').trim().replaceAll(/\s+/g, ' ').toLowerCase()

/** Keywords, each once. */
export const keywordsOf = (keywords: readonly string[]): string[] => [...new Set(keywords.map(keywordLabel))].filter((keyword) => keyword !== '')
