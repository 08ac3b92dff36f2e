import type { Access } from '../connector/catalogue.js'

/** A dataset that at least one viewer may find, as it is indexed. */
export interface SearchDocument {
  /** `camden/libraries` */
  readonly id: string
  readonly title: string
  readonly description: string | null
  /** Each trimmed and in lower case, without duplicates: see vocabulary/. */
  readonly keywords: readonly string[]
  /** Labels of the vocabulary; themes that it does not know, as published: see vocabulary/. */
  readonly themes: readonly string[]
  /** Names and titles of the columns of all its tables, without duplicates, as published. */
  readonly columns: readonly string[]
  /** In capitals: `UPRN`. */
  readonly semanticTypes: readonly string[]
  readonly spoke: string
  /** Its id. */
  readonly organisation: string
  readonly organisationName: string
  /** Lower-case short names: csv, geojson … */
  readonly formats: readonly string[]
  /** Its id, else its title. */
  readonly licence: string | null
  readonly access: Access
  readonly hasTables: boolean
  /** Milliseconds since 1970. */
  readonly modified: number | null
  /** Who may find it: `everybody` alone, or the ids of organisations. Never empty. */
  readonly audiences: readonly string[]
  /** Changes whenever anything above does. */
  readonly digest: string
}

/** The audience of datasets that everybody may find. No organisation has this id. */
export const everybody = '*'

/** The facets of a search: SearchFacet of graphql/surface.graphql. */
export const searchFacets = ['SPOKE', 'ORGANISATION', 'THEME', 'KEYWORD', 'FORMAT', 'LICENCE', 'ACCESS', 'SEMANTIC_TYPE'] as const
/** One of `searchFacets`. */
export type SearchFacet = (typeof searchFacets)[number]

/** The orders of a search: SearchSort of graphql/surface.graphql. */
export const searchSorts = ['RELEVANCE', 'MODIFIED_DESC', 'TITLE_ASC'] as const
/** One of `searchSorts`. */
export type SearchSort = (typeof searchSorts)[number]

/** All given conditions have to hold; of a list, one value. Dates are milliseconds since 1970, and both bounds are exclusive. */
export interface SearchConditions {
  readonly spokes?: readonly string[]
  readonly organisations?: readonly string[]
  readonly themes?: readonly string[]
  readonly keywords?: readonly string[]
  readonly formats?: readonly string[]
  readonly licences?: readonly string[]
  readonly access?: readonly string[]
  readonly semanticTypes?: readonly string[]
  readonly hasTables?: boolean
  readonly modifiedAfter?: number
  readonly modifiedBefore?: number
}

/** A checked question, with the audiences of its viewer. */
export interface SearchRequest {
  readonly text: string
  readonly conditions: SearchConditions
  /** Without duplicates. */
  readonly facets: readonly SearchFacet[]
  readonly sort: SearchSort
  /** Hits on the page, 0 to 100: the first so many of what lies between the cursors. */
  readonly first: number
  /** In place of `first`: the last so many. */
  readonly last?: number
  /** The `cursor` of a hit of a page of the same question: only what comes after it. */
  readonly after?: string
  /** Likewise: only what comes before it. */
  readonly before?: string
  /** `everybody`, and the viewer's organisation. */
  readonly audiences: readonly string[]
  /** The configured spokes; datasets of others are not found. */
  readonly spokes: readonly string[]
  /** Datasets to exclude although the index may hold them: their access has changed, or they are gone, since the index was last updated. */
  readonly except: readonly string[]
}

/** A part of a hit that shows why it was found: HTML-escaped, but for `<em>` and `</em>` around the match. */
export interface Highlight {
  /** title, description, keywords or columns. */
  readonly field: string
  readonly text: string
}

/** A dataset that was found. */
export interface SearchHit {
  readonly id: string
  /** Higher is better, within one page; null if the order is not by relevance. */
  readonly score: number | null
  readonly cursor: string
  /** In the order title, keywords, description, columns; only those with a match. */
  readonly highlights: () => Promise<readonly Highlight[]>
}

/** The values of a facet among all hits, whatever the page: most frequent first, at most a hundred. */
export interface FacetCounts {
  readonly facet: SearchFacet
  readonly values: readonly { readonly value: string; readonly count: number }[]
}

/** One page of hits, and the counts over all hits. */
export interface SearchPage {
  readonly hits: readonly SearchHit[]
  readonly hasNextPage: boolean
  readonly hasPreviousPage: boolean
  readonly totalCount: number
  /** In the requested order. */
  readonly facets: readonly FacetCounts[]
  /** The text that the results are for, where words of the typed one were taken for mistakes. Null where none were, or it is not known. */
  readonly correctedText: string | null
}

/** Facet values that are returned. */
export const facetValuesMax = 100

/** The id and digest of a document in the index. */
export interface Fingerprint {
  readonly id: string
  readonly digest: string
}

/** What a dashboard needs to query the index directly, as one viewer and for a limited time. */
export interface DirectAccess {
  readonly url: string
  readonly index: string
  readonly token: string
  readonly expiresAt: Date
}

/**
 * An index over the catalogue. It is a copy: it can be rebuilt from the catalogue at any time.
 *
 * A rebuild fills an index beside the live one. From `beginRebuild` to `endRebuild` or `dropRebuild`, `write` writes to both. Calls of
 * `write`, `fill` and those three never overlap, because the caller holds a lock that all hubs share.
 *
 * Everything throws DialsError SOURCE_UNAVAILABLE if the index cannot be reached or a request fails.
 */
export interface SearchIndex {
  /** `postgres`, or the name of a Meilisearch index. Rebuilds are recorded under it. */
  readonly name: string
  /** Makes the index ready for writes and searches, with this version's settings. Several hubs may call it at once, and again. */
  prepare(): Promise<void>
  /** @throws DialsError BAD_USER_INPUT for a cursor of another question. */
  search(request: SearchRequest, signal: AbortSignal): Promise<SearchPage>
  /**
   * Returns when later searches see the change.
   * @throws DialsError SOURCE_UNAVAILABLE also if the index was lost: then it has to be prepared again
   */
  write(documents: readonly SearchDocument[], removed: readonly string[]): Promise<void>
  /** Everything in the live index, by id in binary order, in pages. */
  fingerprints(): AsyncIterable<readonly Fingerprint[]>
  /** Makes an empty index beside the live one, and replaces an unfinished one. */
  beginRebuild(): Promise<void>
  /** Writes only to the index beside the live one. */
  fill(documents: readonly SearchDocument[]): Promise<void>
  /** Makes it the live one in one step; the former is removed. Without an index beside the live one, nothing happens. */
  endRebuild(): Promise<void>
  dropRebuild(): Promise<void>
  /** Undefined if only the hub can query the index. @param audiences the viewer's. */
  directAccess?(audiences: readonly string[]): Promise<DirectAccess | undefined>
  close(): Promise<void>
}
