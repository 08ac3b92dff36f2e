import { Arg, Ctx, ID, Mutation, Resolver } from 'type-graphql'
import { DialsError } from '../../errors.js'
import type { Context } from '../context.js'
import { HarvestRun } from '../types/catalogue.js'

@Resolver()
export class HarvestResolver {
  @Mutation(() => HarvestRun, { nullable: true, description: 'Harvests a spoke now and answers when it is done. Needs the scope hub:operate' })
  harvest(@Arg('spoke', () => ID) spoke: string, @Ctx() { viewer, harvestNow }: Context) {
    if (viewer.subject === undefined) throw new DialsError('UNAUTHENTICATED', 'A harvest is for operators: send a token with the scope hub:operate.')
    if (!viewer.scopes.includes('hub:operate')) throw new DialsError('FORBIDDEN', 'A harvest needs the scope hub:operate.')
    return harvestNow(spoke)
  }
}
