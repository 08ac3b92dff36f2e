import { ArgsType, Directive, Field, Int, ObjectType } from 'type-graphql'

/** Which page of a list of datasets: the arguments of Relay's Cursor Connections. */
@ArgsType()
export class DatasetPlace {
  @Field(() => Int, { nullable: true, defaultValue: 20, description: 'Datasets on the page, from its beginning on: 0 to 100' })
  first?: number | null
  @Field(() => String, { nullable: true, description: 'Only what comes after this cursor: pageInfo.endCursor of the page before' })
  after?: string | null
  @Field(() => Int, {
    nullable: true,
    description: 'In place of first: the last so many of the list, or of what comes before the cursor `before`; 0 to 100',
  })
  last?: number | null
  @Field(() => String, { nullable: true, description: 'Only what comes before this cursor: pageInfo.startCursor of the page after' })
  before?: string | null
}

@Directive('@public')
@ObjectType({
  simpleResolvers: true,
  description: 'Where a page lies in its list, as in Relay’s Cursor Connections (https://relay.dev/graphql/connections.htm)',
})
export class PageInfo {
  @Field(() => Boolean, { description: 'Whether the list goes on after this page. Ask for the rest with after: endCursor' })
  hasNextPage!: boolean
  @Field(() => Boolean, { description: 'Whether the list has something before this page' }) hasPreviousPage!: boolean
  @Field(() => String, { nullable: true, description: 'The cursor of the first element; null for an empty page' })
  startCursor!: string | null
  @Field(() => String, { nullable: true, description: 'The cursor of the last element; null for an empty page' })
  endCursor!: string | null
}
