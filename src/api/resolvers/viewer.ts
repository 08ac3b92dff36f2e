import { Ctx, Directive, FieldResolver, Query, Resolver } from 'type-graphql'
import type { Context } from '../context.js'
import { Organisation } from '../types/catalogue.js'
import { Viewer } from '../types/viewer.js'

@Resolver(() => Viewer)
export class ViewerResolver {
  @Directive('@public')
  @Query(() => Viewer, { description: 'Who the hub takes the sender for: also without a token, when all is null or empty' })
  viewer(@Ctx() { viewer }: Context) {
    return { subject: viewer.subject ?? null, scopes: viewer.scopes }
  }

  @FieldResolver(() => Organisation, {
    nullable: true,
    description: 'The organisation that the token speaks for; null if it names none, or one that this hub does not know',
  })
  organisation(@Ctx() { viewer, loaders }: Context) {
    return viewer.organisation === undefined ? null : loaders.organisation.load(viewer.organisation)
  }
}
