import { Ctx, Directive, FieldResolver, Query, Resolver } from 'type-graphql'
import type { Context } from '../context.js'
import { Organisation } from '../types/catalogue.js'
import { Viewer } from '../types/viewer.js'

@Resolver(() => Viewer)
export class ViewerResolver {
  @Directive('@public')
  @Query(() => Viewer)
  viewer(@Ctx() { viewer }: Context) {
    return { subject: viewer.subject ?? null, scopes: viewer.scopes }
  }

  @FieldResolver(() => Organisation, { nullable: true })
  organisation(@Ctx() { viewer, loaders }: Context) {
    return viewer.organisation === undefined ? null : loaders.organisation.load(viewer.organisation)
  }
}
