import type { SearchConditions, SearchFacet } from '../port.js'
import { audienceOf } from './stored-document.js'

/** The attribute of each facet and list condition. */
export const facetAttributes = {
  SPOKE: 'spoke',
  ORGANISATION: 'organisation',
  THEME: 'themes',
  KEYWORD: 'keywords',
  FORMAT: 'formats',
  LICENCE: 'licence',
  ACCESS: 'access',
  SEMANTIC_TYPE: 'semanticTypes',
} as const satisfies Record<SearchFacet, string>

const conditionAttributes = {
  spokes: 'spoke',
  organisations: 'organisation',
  themes: 'themes',
  keywords: 'keywords',
  formats: 'formats',
  licences: 'licence',
  access: 'access',
  semanticTypes: 'semanticTypes',
} as const satisfies Partial<Record<keyof SearchConditions, string>>

/** No stored value is longer, in bytes, and Meilisearch would refuse a longer one. */
const valueBytesMax = 468

/**
 * The datasets that a viewer may find, as a Meilisearch filter: for searches by the hub, and in tokens for searching there directly.
 * Without `spokes` all spokes count.
 */
export function visibilityFilter({ audiences, spokes }: { audiences: readonly string[]; spokes?: readonly string[] }): string {
  return [among('audiences', audiences.map(audienceOf)), ...(spokes === undefined ? [] : [among('spoke', spokes)])].join(' AND ')
}

/** The whole filter of a search. */
export function searchFilter(request: {
  audiences: readonly string[]
  spokes: readonly string[]
  except: readonly string[]
  conditions: SearchConditions
}): string[] {
  const { hasTables, modifiedAfter, modifiedBefore, ...lists } = request.conditions
  const parts = [visibilityFilter(request)]
  if (request.except.length > 0) parts.push(`NOT ${among('id', request.except)}`)
  for (const [name, values] of Object.entries(lists)) {
    if (values !== undefined) parts.push(among(conditionAttributes[name as keyof typeof conditionAttributes], values))
  }
  if (hasTables !== undefined) parts.push(`hasTables = ${hasTables}`)
  if (modifiedAfter !== undefined) parts.push(`modified > ${quoted(String(modifiedAfter))}`)
  if (modifiedBefore !== undefined) parts.push(`modified < ${quoted(String(modifiedBefore))}`)
  return parts
}

/** The hits with these marks alone; of an empty list, none. */
export const marked = (marks: readonly number[]): string => `mark IN [${marks.join(', ')}]`

/** Excludes the hits that a walk has shown. */
export const notSeen = (marks: readonly number[]): string => `NOT mark IN [${marks.join(', ')}]`

/** Matches one of the values; of an empty list, nothing. */
function among(attribute: string, values: readonly string[]): string {
  const asked = values.filter((value) => !/\p{Surrogate}/u.test(value) && Buffer.byteLength(value) <= valueBytesMax)
  return `${attribute} IN [${asked.map(quoted).join(', ')}]`
}

/** A filter value in double quotes, with backslash escapes. */
const quoted = (value: string): string => `"${value.replaceAll(/["\\]/g, (sign) => `\\${sign}`)}"`
