import { createHash } from 'node:crypto'
import { afterAll, beforeAll } from 'vitest'
import {
  everybody,
  type SearchDocument,
  type SearchFacet,
  type SearchIndex,
  type SearchPage,
  type SearchRequest,
} from '../../../src/search/port.js'
import type { OpenIndex, OpenSearchIndex } from '../index-contract.js'

export const spokes = ['camden', 'barnet', 'lambeth']

/** A dataset `<spoke>/<name>` that everybody may find, with what is given of it. */
export function document(id: string, given: Partial<Omit<SearchDocument, 'id' | 'digest'>> = {}): SearchDocument {
  const spoke = id.split('/')[0]!
  const all = {
    id,
    title: 'Untitled',
    description: null,
    keywords: [],
    themes: [],
    columns: [],
    semanticTypes: [],
    spoke,
    organisation: `borough-of-${spoke}`,
    organisationName: `Borough of ${spoke[0]!.toUpperCase()}${spoke.slice(1)}`,
    formats: [],
    licence: null,
    access: 'OPEN' as const,
    hasTables: false,
    modified: null,
    audiences: [everybody],
    ...given,
  }
  return { ...all, digest: createHash('sha256').update(JSON.stringify(all)).digest('hex') }
}

/** Asks as somebody who belongs to no organisation, for everything, unless told otherwise. */
export const ask = (index: SearchIndex, given: Partial<SearchRequest> = {}, signal = new AbortController().signal): Promise<SearchPage> =>
  index.search(
    { text: '', conditions: {}, facets: [], sort: 'RELEVANCE', first: 100, audiences: [everybody], spokes, except: [], ...given },
    signal,
  )

export const idsOf = (page: SearchPage) => page.hits.map((hit) => hit.id)

/** The ids found, in binary order. */
export const found = async (index: SearchIndex, given: Partial<SearchRequest> = {}) => idsOf(await ask(index, given)).toSorted()

/** One facet's values; which of two with the same count comes first is left open. */
export const countsOf = (page: SearchPage, facet: SearchFacet) =>
  Object.fromEntries(page.facets.find((one) => one.facet === facet)?.values.map(({ value, count }) => [value, count]) ?? [])

/** An index for all the tests of a group, filled once. */
export function useIndex(open: OpenSearchIndex, documents: readonly SearchDocument[] = []): () => SearchIndex {
  let opened: OpenIndex | undefined
  beforeAll(async () => {
    opened = await open()
    if (documents.length > 0) await opened.index.write(documents, [])
  })
  afterAll(() => opened?.close())
  return () => opened!.index
}

/** All the ids that the index has. */
export async function storedIds(index: SearchIndex): Promise<string[]> {
  const ids: string[] = []
  for await (const some of index.fingerprints()) ids.push(...some.map(({ id }) => id))
  return ids
}

/** Makes exactly these the content of the index. */
export async function replaceAll(index: SearchIndex, documents: readonly SearchDocument[]): Promise<void> {
  const kept = new Set(documents.map(({ id }) => id))
  await index.write(
    documents,
    (await storedIds(index)).filter((id) => !kept.has(id)),
  )
}

/** Walks page by page to the end. @param meanwhile runs between two pages. */
export async function walk(
  index: SearchIndex,
  given: Partial<SearchRequest>,
  meanwhile?: (page: number) => Promise<void>,
): Promise<SearchPage[]> {
  const pages: SearchPage[] = []
  let after: string | undefined
  for (;;) {
    const page = await ask(index, { ...given, ...(after === undefined ? {} : { after }) })
    pages.push(page)
    if (!page.hasNextPage) return pages
    if (pages.length > 1000) throw new Error('The walk does not end.')
    after = page.hits.at(-1)!.cursor
    await meanwhile?.(pages.length)
  }
}
