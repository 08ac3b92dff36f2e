import { Arg, Ctx, Directive, ID, Mutation, Resolver } from 'type-graphql'
import type { Context } from '../context.js'
import { HarvestRun } from '../types/catalogue.js'

@Resolver()
export class HarvestResolver {
  @Directive('@requiresScopes(scopes: [["hub:operate"]])')
  @Mutation(() => HarvestRun, {
    nullable: true,
    description: 'Harvests a spoke now and answers when it is done. Needs the scope hub:operate',
  })
  harvest(
    @Arg('spoke', () => ID) spoke: string,
    @Arg('allowShrink', () => Boolean, {
      nullable: true,
      defaultValue: false,
      description: 'Lets a harvest that was HELD remove what it no longer shows, however much',
    })
    allowShrink: boolean | null,
    @Ctx() { harvestNow }: Context,
  ) {
    return harvestNow(spoke, { allowShrink: allowShrink === true })
  }
}
