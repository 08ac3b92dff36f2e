import { Directive, Field, Float, ID, InputType, Int, ObjectType } from 'type-graphql'
import { AccessEnum, SearchFacetEnum } from '../enums.js'
import { DateTime, Iri } from '../scalars.js'
import { anyOf } from './any-of.js'
import { Dataset } from './catalogue.js'
import { PageInfo } from './page.js'

@InputType({
  description:
    'Every condition that is given has to hold; of a list, one of its values. Facets give the values. themes: as any catalogue calls them',
})
export class SearchFilter {
  @anyOf(ID, 'Ids of spokes: camden. One that there is not is refused with near names') spokes?: string[]
  @anyOf(ID, 'Ids of publishers: london-borough-of-camden. One that there is not is refused with near names') organisations?: string[]
  @anyOf(String, 'Names of themes, in the words of any catalogue: Environment. A broader theme finds its narrower ones') themes?: string[]
  @anyOf(String, 'Keywords, without regard to case and blanks: council tax') keywords?: string[]
  @anyOf(String, 'Formats of distributions, without regard to case: csv') formats?: string[]
  @anyOf(String, 'Ids of licences, or titles of those without an id: OGL-UK-3.0') licences?: string[]
  @anyOf(AccessEnum, 'Who may read the rows') access?: string[]
  @anyOf(String, 'Semantic types of columns, without regard to case: UPRN') semanticTypes?: string[]
  @Field(() => Boolean, { nullable: true, description: 'true: only with tables that can be queried; false: only without; absent: both' })
  hasTables?: boolean
  @Field(() => DateTime, { nullable: true, description: 'Only datasets modified after this instant; those of unknown time are left out' })
  modifiedAfter?: Date
  @Field(() => DateTime, { nullable: true, description: 'Only datasets modified before this instant; those of unknown time are left out' })
  modifiedBefore?: Date
}

@Directive('@public')
@ObjectType({ simpleResolvers: true, description: 'A place in a dataset where words of the search were found' })
export class Highlight {
  @Field(() => String, { description: 'title, keywords, description or columns' }) field!: string
  @Field(() => String, { description: 'Matches between <em> and </em>, everything else escaped' }) text!: string
}

@Directive('@public')
@ObjectType({ simpleResolvers: true, description: 'A dataset that a search found' })
export class SearchHit {
  @Field(() => Dataset, { description: 'The dataset, as it is in the catalogue now' }) dataset!: Dataset
  @Field(() => Float, {
    nullable: true,
    description: 'Higher is better, within one search; null if the order is not by relevance',
  })
  score!: number | null
}

@Directive('@public')
@ObjectType({ simpleResolvers: true, description: 'A hit at its place in the list' })
export class SearchEdge {
  @Field(() => String, { description: 'Its place, for `after`. Opaque, and valid only for the same text, filter and sort' }) cursor!: string
  @Field(() => SearchHit, { description: 'The hit' }) node!: SearchHit
}

@Directive('@public')
@ObjectType({ simpleResolvers: true, description: 'A value of a facet, and how often it occurs' })
export class FacetValue {
  @Field(() => String, { description: 'As the filter of the same name takes it: an id, a name or a member of Access' }) value!: string
  @Field(() => Int, { description: 'Hits with this value' }) count!: number
}

@Directive('@public')
@ObjectType({ simpleResolvers: true, description: 'The values of one facet over all hits' })
export class FacetCounts {
  @Field(() => SearchFacetEnum, { description: 'Which facet it is' }) facet!: string
  @Field(() => [FacetValue], { description: 'Counts over all hits, whatever the page: most frequent first, at most a hundred' })
  values!: FacetValue[]
}

@Directive('@public')
@ObjectType({
  simpleResolvers: true,
  description: 'A page of hits: a Cursor Connection (https://relay.dev/graphql/connections.htm)',
})
export class SearchConnection {
  @Field(() => [SearchHit], { description: 'The hits of the page: the same as those of `edges`' }) nodes!: SearchHit[]
  @Field(() => [SearchEdge], { description: 'The hits of the page with their cursors' }) edges!: SearchEdge[]
  @Field(() => PageInfo, { description: 'What lies before and after the page' }) pageInfo!: PageInfo
  @Field(() => Int, { description: 'How many hits there are on all pages, of those that the viewer may see' }) totalCount!: number
  @Field(() => [FacetCounts], { description: 'The counts of the facets that were asked for, in their order' }) facets!: FacetCounts[]
  @Field(() => String, {
    nullable: true,
    description: 'The text that the results are for, where words of yours were taken for mistakes; null where none were',
  })
  correctedText!: string | null
}

@Directive('@public')
@ObjectType({
  simpleResolvers: true,
  description: 'What a dashboard needs to query this hub’s Meilisearch server directly, as this viewer and for a limited time',
})
export class SearchAccess {
  @Field(() => Iri, { description: 'The address of the Meilisearch server' }) url!: string
  @Field(() => String, { description: 'The name of the index there' }) index!: string
  @Field(() => String, { description: 'A tenant token: it finds what this viewer may find, and soon expires' }) token!: string
  @Field(() => DateTime, { description: 'When the token expires; then ask again' }) expiresAt!: Date
}

@Directive('@requiresScopes(scopes: [["hub:operate"]])')
@ObjectType({ simpleResolvers: true, description: 'A rebuild of the search index from the catalogue' })
export class SearchRebuild {
  @Field(() => DateTime, { description: 'When it began' }) startedAt!: Date
  @Field(() => DateTime, { nullable: true, description: 'null while it is under way' }) endedAt!: Date | null
  @Field(() => Int, { description: 'Datasets written so far' }) written!: number
  @Field(() => Int, { description: 'Datasets in the catalogue when it began' }) total!: number
  @Field(() => String, { nullable: true, description: 'Why it was given up, else null; the live index is unchanged' }) error!: string | null
}

@Directive('@requiresScopes(scopes: [["hub:operate"]])')
@ObjectType({ simpleResolvers: true, description: 'How far the search index is' })
export class SearchIndexState {
  @Field(() => String, { description: 'postgres, or the name of a Meilisearch index' }) index!: string
  @Field(() => Int, { description: 'Changes of the catalogue that it does not have yet' }) pending!: number
  @Field(() => SearchRebuild, { nullable: true, description: 'The latest rebuild; null if there was none' }) rebuild?:
    SearchRebuild | undefined
}
