import type { Hit, MultiSearchQuery } from 'meilisearch'
import { z } from 'zod'
import { readForm } from '../../connector/check-form.js'
import { type FacetCounts, facetValuesMax, type SearchHit, type SearchPage, type SearchRequest } from '../port.js'
import { cursorOf, tooFar, type Walk, walkMax, walkOf } from './cursor.js'
import { facetAttributes, marked, notSeen, searchFilter } from './filter.js'
import { cropWords, highlightedFields, highlightEnd, highlightsOf, highlightStart } from './highlights.js'
import { type QueryParts, queryOf, queryParts } from './query-text.js'
import type { Server } from './server.js'
import { markOf } from './stored-document.js'
import { Reason } from '../../errors.js'

/** The fields that are read of an answer; an answer of another form is an error. */
const resultSchema = z.object({
  hits: z.array(
    z.looseObject({ id: z.string(), _rankingScore: z.number().optional(), _formatted: z.record(z.string(), z.unknown()).optional() }),
  ),
  totalHits: z.number().int().min(0),
  facetDistribution: z.record(z.string(), z.record(z.string(), z.number())).optional(),
})
const answerSchema = z.object({ results: z.array(resultSchema) })
type Result = z.infer<typeof resultSchema>

const sorts = {
  RELEVANCE: [],
  MODIFIED_DESC: ['modified:desc', 'id:asc'],
  TITLE_ASC: ['sortTitle:asc', 'id:asc'],
} as const satisfies Record<SearchRequest['sort'], readonly string[]>

/** Where a page lies: what was shown before it and, unless it is what follows that, the hits that it has. */
interface Stretch extends Walk {
  readonly wanted?: readonly number[]
}

/** One page of hits, in one request; in three more if nothing has all words, and in one more to go back from the end. */
export async function findPage(server: Server, indexUid: string, request: SearchRequest, signal: AbortSignal): Promise<SearchPage> {
  const [after, before] = [walkOf(request, 'after'), walkOf(request, 'before')]
  const begun = after ?? before
  const parts = queryParts(request.text)
  const find = async (kept: number) => {
    const q = queryOf(parts, kept === 0 ? -1 : kept)
    const seen = after?.seen ?? []
    const isOnwards = before === undefined && request.last === undefined
    const known = isOnwards ? [] : (before?.seen.slice(0, -1) ?? (await everyMark(server, indexUid, request, q, signal)))
    const stretch: Stretch = isOnwards ? { kept, seen } : { kept, ...stretchOf(request, known, seen) }
    const results = await ask(server, queriesOf(indexUid, request, q, stretch), signal)
    return pageOf(request, stretch, parts, results[0]!, results.at(-1)!)
  }
  const page = await find(begun?.kept ?? 0)
  if (page.totalCount > 0 || begun !== undefined || parts.wanted.length < 2) return page
  const kept = await fewerParts(server, indexUid, request, parts, signal)
  return kept === 0 ? page : find(kept)
}

/** The first or last so many of the known hits that are not seen yet. */
function stretchOf({ first, last }: SearchRequest, known: readonly number[], seen: readonly number[]) {
  const shown = new Set(seen)
  const rest = known.filter((mark) => !shown.has(mark))
  const start = last === undefined ? 0 : Math.max(0, rest.length - last)
  return { seen: [...seen, ...rest.slice(0, start)], wanted: rest.slice(start, start + (last ?? first)) }
}

/** The marks of all hits, in their order. @throws BadUserInput where they are more than a walk may have. */
async function everyMark(server: Server, indexUid: string, request: SearchRequest, q: string, signal: AbortSignal): Promise<number[]> {
  const filter = searchFilter(request)
  const sort = [...sorts[request.sort]]
  const all = { indexUid, q, filter, sort, matchingStrategy: 'all' as const, attributesToRetrieve: ['id'], hitsPerPage: walkMax, page: 1 }
  const [result] = await ask(server, [all], signal)
  if (result!.totalHits > walkMax) throw tooFar('last')
  return result!.hits.map(({ id }) => markOf(id))
}

/**
 * Chooses which parts to require if nothing has them all, as a bit for each: as many as any document has, dropping the most frequent first.
 * Meilisearch's own strategy counts words in all documents, also those that the viewer may not find, so it is not used.
 */
async function fewerParts(
  server: Server,
  indexUid: string,
  request: SearchRequest,
  parts: QueryParts,
  signal: AbortSignal,
): Promise<number> {
  const filter = searchFilter(request)
  const totals = async (masks: readonly number[]) => {
    const queries = masks.map((mask) => ({
      indexUid,
      q: queryOf(parts, mask),
      filter,
      matchingStrategy: 'all' as const,
      hitsPerPage: 0,
      page: 1,
    }))
    return (await ask(server, queries, signal)).map(({ totalHits }) => totalHits)
  }
  const alone = parts.wanted.map((_, index) => 1 << index)
  const counts = await totals(alone)
  const found = alone
    .flatMap((mask, index) => (counts[index]! > 0 ? [{ mask, count: counts[index]! }] : []))
    .toSorted((one, other) => one.count - other.count)
  // The rarest part alone, that and the next, and so on; the longest run that any document has is used.
  const masks = found.map((_, index) => found.slice(0, index + 1).reduce((sum, { mask }) => sum | mask, 0))
  const together = masks.length < 2 ? masks.map(() => 1) : await totals(masks)
  return masks.findLast((_, index) => together[index]! > 0) ?? 0
}

/** The query of the page. If other hits are excluded, also a query for totals and facets over all hits. */
function queriesOf(indexUid: string, request: SearchRequest, q: string, { seen, wanted }: Stretch): MultiSearchQuery[] {
  const filter = searchFilter(request)
  const isWhole = seen.length === 0 && wanted === undefined
  const asked = { indexUid, q, matchingStrategy: 'all' as const }
  const facets = request.facets.map((facet) => facetAttributes[facet])
  const page: MultiSearchQuery = {
    // A page with `hitsPerPage` has exact totals; one with `limit` estimates them.
    ...asked,
    filter: isWhole ? filter : [...filter, wanted === undefined ? notSeen(seen) : marked(wanted)],
    hitsPerPage: wanted?.length ?? request.first,
    page: 1,
    attributesToRetrieve: ['id'],
    sort: [...sorts[request.sort]],
    ...(q === ''
      ? {}
      : {
          showRankingScore: request.sort === 'RELEVANCE',
          attributesToHighlight: [...highlightedFields],
          highlightPreTag: highlightStart,
          highlightPostTag: highlightEnd,
          attributesToCrop: [`description:${cropWords}`],
          cropMarker: '…',
        }),
  }
  return isWhole ? [{ ...page, facets }] : [page, { ...asked, filter, hitsPerPage: 0, page: 1, facets }]
}

async function ask(server: Server, queries: MultiSearchQuery[], signal: AbortSignal): Promise<Result[]> {
  return server.ask(async (ending) => {
    const answer = await server.client.multiSearch<{ queries: MultiSearchQuery[] }, Hit>({ queries }, { signal: ending })
    const { results } = readForm(answerSchema, answer, 'the answer')
    if (results.length !== queries.length) throw new Reason(`${queries.length} queries have ${results.length} answers.`)
    return results
  }, signal)
}

function pageOf(request: SearchRequest, walk: Stretch, parts: QueryParts, page: Result, whole: Result): SearchPage {
  const isRanked = parts.wanted.length > 0 && request.sort === 'RELEVANCE'
  const places = new Map(walk.wanted?.map((mark, place) => [mark, place]))
  const placeOf = ({ id }: Result['hits'][number]) => places.get(markOf(id)) ?? 0
  // As the walk has shown them, which may not be their order now.
  const found = page.hits.toSorted((one, other) => placeOf(one) - placeOf(other))
  const marks = found.map(({ id }) => markOf(id))
  const hits = found.map((hit, index): SearchHit => ({
    id: hit.id,
    score: isRanked ? (hit._rankingScore ?? null) : null,
    // Computed only when read, because each cursor holds all hits shown.
    get cursor() {
      return cursorOf(request, { kept: walk.kept, seen: [...walk.seen, ...marks.slice(0, index + 1)] })
    },
    highlights: async () => highlightsOf(hit._formatted),
  }))
  return {
    hits,
    hasNextPage: walk.wanted === undefined ? page.totalHits > hits.length : whole.totalHits > walk.seen.length + hits.length,
    hasPreviousPage: walk.seen.length > 0,
    totalCount: whole.totalHits,
    // Meilisearch does not say which words it took for mistakes.
    correctedText: null,
    facets: request.facets.map((facet): FacetCounts => ({
      facet,
      values: mostFirst(whole.facetDistribution?.[facetAttributes[facet]] ?? {}),
    })),
  }
}

/** JSON orders number-like names by itself, so the values are sorted here. */
function mostFirst(counts: Readonly<Record<string, number>>): FacetCounts['values'] {
  const values = Object.entries(counts).map(([value, count]) => ({ value, count }))
  return values.toSorted((one, other) => other.count - one.count || (one.value < other.value ? -1 : 1)).slice(0, facetValuesMax)
}
