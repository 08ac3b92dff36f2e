import type { Access } from '../connector/catalogue.js'

/** What search knows of one dataset that somebody may find. */
export interface SearchDocument {
  /** `camden/libraries` */
  readonly id: string
  readonly title: string
  readonly description: string | null
  /** Each trimmed and in lower case, once: see themes/. */
  readonly keywords: readonly string[]
  /** Labels of the vocabulary, and what it does not know as published: see themes/. */
  readonly themes: readonly string[]
  /** Names and titles of the columns of all its tables, each once, as published. */
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

/** The audience of what is listed to everybody. No organisation has this id. */
export const everybody = '*'

export const searchFacets = ['SPOKE', 'ORGANISATION', 'THEME', 'KEYWORD', 'FORMAT', 'LICENCE', 'ACCESS', 'SEMANTIC_TYPE'] as const
export type SearchFacet = (typeof searchFacets)[number]

export const searchSorts = ['RELEVANCE', 'MODIFIED_DESC', 'TITLE_ASC'] as const
export type SearchSort = (typeof searchSorts)[number]

/** Each that is given has to hold; of a list, one of its values. Dates are milliseconds since 1970, and both ends are left out. */
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

/** A question that has been checked, and whose it is. */
export interface SearchRequest {
  readonly text: string
  readonly conditions: SearchConditions
  /** Each once. */
  readonly facets: readonly SearchFacet[]
  readonly sort: SearchSort
  /** Hits on the page, 0 to 100. */
  readonly first: number
  /** A hit's `cursor`, of a page of the same question. */
  readonly after?: string
  /** `everybody`, and the viewer's organisation. */
  readonly audiences: readonly string[]
  /** The spokes that are configured: what is of others is not found. */
  readonly spokes: readonly string[]
  /**
   * Not to be found, though the index may have them: datasets whose access has changed, or that have gone, since the index was last told.
   */
  readonly except: readonly string[]
}

/** A part of what was found that shows why: everything but `<em>` and `</em>` around what matched is escaped for HTML. */
export interface Highlight {
  /** title, description, keywords or columns. */
  readonly field: string
  readonly text: string
}

export interface SearchHit {
  readonly id: string
  /** Higher is better, within one page; null where the order is not by relevance. */
  readonly score: number | null
  readonly cursor: string
  /** In the order title, keywords, description, columns; those with a match. */
  readonly highlights: () => Promise<readonly Highlight[]>
}

/** The values of a facet among all that was found, whatever the page: most first, at most a hundred. */
export interface FacetCounts {
  readonly facet: SearchFacet
  readonly values: readonly { readonly value: string; readonly count: number }[]
}

export interface SearchPage {
  readonly hits: readonly SearchHit[]
  readonly hasNextPage: boolean
  readonly hasPreviousPage: boolean
  readonly totalCount: number
  /** In the order that they were asked for. */
  readonly facets: readonly FacetCounts[]
}

/** Facet values that are told. */
export const facetValuesMax = 100

/** A document by name: what the index has of a dataset. */
export interface Fingerprint {
  readonly id: string
  readonly digest: string
}

/** What a dashboard needs to ask the index itself, as one viewer and for a while. */
export interface DirectAccess {
  readonly url: string
  readonly index: string
  readonly token: string
  readonly expiresAt: Date
}

/**
 * An index over the catalogue. It holds no truth: what it has can be made anew from the catalogue at any time, and is.
 *
 * A rebuild fills an index beside the live one. From `beginRebuild` to `endRebuild` or `dropRebuild`, `write` writes to both; calls of
 * `write`, `fill` and those three never overlap: whoever calls holds a lock that all hubs share.
 *
 * Everything throws DialsError SOURCE_UNAVAILABLE where the index cannot be reached or does not do what it was told.
 */
export interface SearchIndex {
  /** `postgres`, or the name of a Meilisearch index: what was told to one is not known to another. */
  readonly name: string
  /**
   * Makes it ready to be written and asked, with its settings as this version has them. May be called by several hubs at once, and again.
   */
  prepare(): Promise<void>
  /** @throws DialsError BAD_USER_INPUT for a cursor of another question. */
  search(request: SearchRequest, signal: AbortSignal): Promise<SearchPage>
  /**
   * Returns when what is asked from now on shows it.
   * @throws DialsError SOURCE_UNAVAILABLE where the index was lost, too: it has to be prepared again
   */
  write(documents: readonly SearchDocument[], removed: readonly string[]): Promise<void>
  /** Everything that the live index has, by id in binary order; so many at a time. */
  fingerprints(): AsyncIterable<readonly Fingerprint[]>
  /** An empty index beside the live one, in place of one that was begun and not ended. */
  beginRebuild(): Promise<void>
  /** Writes to the index beside the live one alone. */
  fill(documents: readonly SearchDocument[]): Promise<void>
  /** In one step it is the live one; the former goes. Where there is none beside the live one, nothing happens. */
  endRebuild(): Promise<void>
  dropRebuild(): Promise<void>
  /** Undefined where nobody but the hub can ask the index. @param audiences the viewer's. */
  directAccess?(audiences: readonly string[]): Promise<DirectAccess | undefined>
  close(): Promise<void>
}
