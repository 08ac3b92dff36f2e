import { Arg, Ctx, Directive, ID, Mutation, Resolver } from 'type-graphql'
import { mayHarvest } from '../../catalogue/visibility.js'
import { DialsError } from '../../errors.js'
import type { Context } from '../context.js'
import { HarvestRun } from '../types/harvest.js'

@Resolver()
export class HarvestResolver {
  @Directive('@authenticated')
  @Mutation(() => HarvestRun, {
    nullable: true,
    description:
      'Harvests a spoke now and answers when the harvest has ended. Needs the scope hub:operate, or a token of the spoke’s own organisation',
  })
  async harvest(
    @Arg('spoke', () => ID, { description: 'The id of the spoke: camden' }) spoke: string,
    @Arg('allowShrink', () => Boolean, {
      nullable: true,
      defaultValue: false,
      description: 'Lets a harvest remove what its source no longer has, however much: for one that was HELD. Needs the scope hub:operate',
    })
    allowShrink: boolean | null,
    @Ctx() { harvestNow, knex, viewer, query: { auditor } }: Context,
  ) {
    if (!(await mayHarvest(knex, viewer, { spokeId: spoke, allowShrink: allowShrink === true })))
      throw new DialsError(
        'FORBIDDEN',
        'This needs a token with the scope hub:operate. A token of the organisation of a spoke may harvest that spoke, without allowShrink.',
      )
    // What a harvest removes stays removed, so that it was let through is recorded first.
    if (allowShrink === true) await auditor.changed('harvest', { spoke, allowShrink })
    return harvestNow(spoke, { allowShrink: allowShrink === true })
  }
}
