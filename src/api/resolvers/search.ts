import { randomUUID } from 'node:crypto'
import { Arg, Ctx, Directive, FieldResolver, Int, Mutation, Query, Resolver, Root } from 'type-graphql'
import type { DatasetRow } from '../../catalogue/rows.js'
import type { SearchFacet, SearchHit as Hit, SearchSort } from '../../search/port.js'
import type { Context } from '../context.js'
import { SearchFacetEnum, SearchSortEnum } from '../enums.js'
import { checkKnown } from './check-known.js'
import { Highlight, SearchAccess, SearchConnection, SearchFilter, SearchHit, SearchIndexState } from '../types/search.js'

/** A hit with its dataset as it is in the catalogue now. */
interface HitOfDataset extends Hit {
  readonly dataset: DatasetRow
}

@Resolver()
export class SearchResolver {
  @Directive('@public')
  @Query(() => SearchConnection, {
    nullable: true,
    description: 'Datasets by words, "phrases", -unwanted words and conditions. Without text: all datasets, latest modified first',
  })
  async search(
    @Arg('text', () => String, { defaultValue: '', description: 'At most 1,000 characters. "" finds everything' }) text: string,
    @Arg('filter', () => SearchFilter, { nullable: true, description: 'Absent: no conditions' }) filter: SearchFilter | null,
    @Arg('facets', () => [SearchFacetEnum], { nullable: true, description: 'What to count all hits by. Absent: nothing' })
    facets: SearchFacet[] | null,
    @Arg('sort', () => SearchSortEnum, { nullable: true, defaultValue: 'RELEVANCE', description: 'The order of the hits' })
    sort: SearchSort | null,
    @Arg('first', () => Int, { nullable: true, defaultValue: 20, description: 'Hits on the page, 0 to 100' }) first: number | null,
    @Arg('after', () => String, {
      nullable: true,
      description: 'pageInfo.endCursor of the page before, with the same text, filter and sort. Absent: the first page',
    })
    after: string | null,
    @Arg('last', () => Int, {
      nullable: true,
      description: 'In place of first: the last so many of the hits, or of those before the cursor `before`; 0 to 100',
    })
    last: number | null,
    @Arg('before', () => String, {
      nullable: true,
      description: 'pageInfo.startCursor of the page after, with the same text, filter and sort. Absent: up to the end',
    })
    before: string | null,
    @Ctx() { knex, search, viewer, loaders, query: { signal } }: Context,
  ) {
    await checkKnown(knex, loaders, filter)
    const page = await search.find(viewer, { text, filter, facets, sort, first, after, last, before }, signal)
    // The index may be behind the catalogue, so the catalogue decides.
    const datasets = await loaders.dataset.loadAll(page.hits.map(({ id }) => id))
    const edges = page.hits.flatMap((hit, at) =>
      datasets[at] ? [{ cursor: hit.cursor, node: { ...hit, dataset: datasets[at] } satisfies HitOfDataset }] : [],
    )
    const { hasNextPage, hasPreviousPage, totalCount } = page
    return {
      edges,
      totalCount,
      facets: page.facets,
      correctedText: page.correctedText,
      nodes: edges.map(({ node }) => node),
      pageInfo: { hasNextPage, hasPreviousPage, startCursor: page.hits[0]?.cursor ?? null, endCursor: page.hits.at(-1)?.cursor ?? null },
    }
  }

  @Directive('@public')
  @Query(() => SearchAccess, {
    nullable: true,
    description: 'Leave to query the search index directly; null if the search of this hub can only be queried through the graph',
  })
  async searchAccess(@Ctx() { search, viewer, query: { auditor } }: Context) {
    const access = await search.directAccess(viewer)
    if (access === null) return null
    const transaction = randomUUID()
    const recorded = await auditor.intent({ transaction, kind: 'search-access', viewer, operation: {}, tables: [] })
    recorded.outcome({ reasons: [] })
    return access
  }

  @Directive('@requiresScopes(scopes: [["hub:operate"]])')
  @Query(() => SearchIndexState, { nullable: true, description: 'How far the search index is. Needs the scope hub:operate' })
  searchIndex(@Ctx() { search }: Context) {
    return search.state()
  }

  @Directive('@requiresScopes(scopes: [["hub:operate"]])')
  @Mutation(() => SearchIndexState, {
    nullable: true,
    description: 'Begins to rebuild the search index beside the live one; searchIndex reports the progress. Needs the scope hub:operate',
  })
  rebuildSearchIndex(@Ctx() { search }: Context) {
    return search.rebuild()
  }
}

@Resolver(() => SearchHit)
export class SearchHitResolver {
  @FieldResolver(() => [Highlight], { description: 'Where words of the search were found; empty without text' })
  highlights(@Root() { highlights }: HitOfDataset) {
    return highlights()
  }
}
