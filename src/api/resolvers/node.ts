import { Arg, Ctx, Directive, ID, Query, Resolver } from 'type-graphql'
import type { Context } from '../context.js'
import { kindOf, Node } from '../types/node.js'

@Resolver()
export class NodeResolver {
  @Directive('@public')
  @Query(() => Node, {
    nullable: true,
    description:
      'The spoke, dataset or table of this id, for clients that keep objects by their ids. null if there is none that the viewer may see',
  })
  node(@Arg('id', () => ID, { description: 'As the object’s own `id`: camden/libraries' }) id: string, @Ctx() { loaders }: Context) {
    switch (kindOf(id)) {
      case 'Spoke':
        return loaders.spoke.load(id)
      case 'Dataset':
        return loaders.dataset.load(id)
      case 'Table':
        return loaders.table.load(id)
      case undefined:
        return null
    }
  }
}
