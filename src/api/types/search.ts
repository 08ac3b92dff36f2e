import { Directive, Field, Float, ID, InputType, Int, ObjectType } from 'type-graphql'
import { AccessEnum, SearchFacetEnum } from '../enums.js'
import { DateTime, Iri } from '../scalars.js'
import { Dataset, PageInfo } from './catalogue.js'

const optional = { nullable: true } as const

@InputType({
  description:
    'Every condition that is given has to hold; of a list, one of its values. Facets give the values. themes: as any catalogue calls them',
})
export class SearchFilter {
  @Field(() => [ID], optional) spokes?: string[]
  @Field(() => [ID], optional) organisations?: string[]
  @Field(() => [String], optional) themes?: string[]
  @Field(() => [String], optional) keywords?: string[]
  @Field(() => [String], optional) formats?: string[]
  @Field(() => [String], optional) licences?: string[]
  @Field(() => [AccessEnum], optional) access?: string[]
  @Field(() => [String], optional) semanticTypes?: string[]
  @Field(() => Boolean, optional) hasTables?: boolean
  @Field(() => DateTime, optional) modifiedAfter?: Date
  @Field(() => DateTime, optional) modifiedBefore?: Date
}

@Directive('@public')
@ObjectType({ simpleResolvers: true })
export class Highlight {
  @Field(() => String, { description: 'title, keywords, description or columns' }) field!: string
  @Field(() => String, { description: 'Matches between <em> and </em>, everything else escaped' }) text!: string
}

@Directive('@public')
@ObjectType({ simpleResolvers: true })
export class SearchHit {
  @Field(() => Dataset) dataset!: Dataset
  @Field(() => Float, {
    nullable: true,
    description: 'Higher is better, within one search; null if the order is not by relevance',
  })
  score!: number | null
}

@Directive('@public')
@ObjectType({ simpleResolvers: true })
export class SearchEdge {
  @Field(() => String) cursor!: string
  @Field(() => SearchHit) node!: SearchHit
}

@Directive('@public')
@ObjectType({ simpleResolvers: true })
export class FacetValue {
  @Field(() => String) value!: string
  @Field(() => Int) count!: number
}

@Directive('@public')
@ObjectType({ simpleResolvers: true })
export class FacetCounts {
  @Field(() => SearchFacetEnum) facet!: string
  @Field(() => [FacetValue], { description: 'Counts over all hits, whatever the page: most frequent first, at most a hundred' })
  values!: FacetValue[]
}

@Directive('@public')
@ObjectType({ simpleResolvers: true })
export class SearchConnection {
  @Field(() => [SearchHit]) nodes!: SearchHit[]
  @Field(() => [SearchEdge]) edges!: SearchEdge[]
  @Field(() => PageInfo) pageInfo!: PageInfo
  @Field(() => Int) totalCount!: number
  @Field(() => [FacetCounts]) facets!: FacetCounts[]
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
  @Field(() => Iri) url!: string
  @Field(() => String) index!: string
  @Field(() => String, { description: 'A tenant token: it finds what this viewer may find, and soon expires' }) token!: string
  @Field(() => DateTime) expiresAt!: Date
}

@Directive('@requiresScopes(scopes: [["hub:operate"]])')
@ObjectType({ simpleResolvers: true })
export class SearchRebuild {
  @Field(() => DateTime) startedAt!: Date
  @Field(() => DateTime, { nullable: true, description: 'null while it is under way' }) endedAt!: Date | null
  @Field(() => Int, { description: 'Datasets written so far' }) written!: number
  @Field(() => Int, { description: 'Datasets in the catalogue when it began' }) total!: number
  @Field(() => String, { nullable: true, description: 'Why it was given up; the live index is unchanged' }) error!: string | null
}

@Directive('@requiresScopes(scopes: [["hub:operate"]])')
@ObjectType({ simpleResolvers: true })
export class SearchIndexState {
  @Field(() => String) index!: string
  @Field(() => Int, { description: 'Changes of the catalogue that it does not have yet' }) pending!: number
  @Field(() => SearchRebuild, { nullable: true, description: 'The latest rebuild' }) rebuild?: SearchRebuild | undefined
}
