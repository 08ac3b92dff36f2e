import { Arg, Ctx, Directive, ID, Mutation, Resolver } from 'type-graphql'
import type { Context } from '../context.js'
import { HarvestRun } from '../types/harvest.js'

@Resolver()
export class HarvestResolver {
  @Directive('@requiresScopes(scopes: [["hub:operate"]])')
  @Mutation(() => HarvestRun, {
    nullable: true,
    description: 'Harvests a spoke now and answers when the harvest has ended. Needs the scope hub:operate',
  })
  harvest(
    @Arg('spoke', () => ID, { description: 'The id of the spoke: camden' }) spoke: string,
    @Arg('allowShrink', () => Boolean, {
      nullable: true,
      defaultValue: false,
      description: 'Lets a harvest remove what its source no longer has, however much: for one that was HELD',
    })
    allowShrink: boolean | null,
    @Ctx() { harvestNow }: Context,
  ) {
    return harvestNow(spoke, { allowShrink: allowShrink === true })
  }
}
