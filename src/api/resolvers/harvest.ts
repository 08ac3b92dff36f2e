import { Arg, Ctx, Directive, ID, Mutation, Resolver } from 'type-graphql'
import type { Context } from '../context.js'
import { HarvestRun } from '../types/catalogue.js'

@Resolver()
export class HarvestResolver {
  @Directive('@requiresScopes(scopes: [["hub:operate"]])')
  @Mutation(() => HarvestRun, { nullable: true, description: 'Harvests a spoke now and answers when it is done. Needs the scope hub:operate' })
  harvest(@Arg('spoke', () => ID) spoke: string, @Ctx() { harvestNow }: Context) {
    return harvestNow(spoke)
  }
}
