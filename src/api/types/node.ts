import { Directive, Field, ID, InterfaceType } from 'type-graphql'

/** What an id names, by its number of parts: camden, camden/libraries, camden/libraries/libraries. */
const kinds = ['Spoke', 'Dataset', 'Table'] as const

/** The type of the thing with this id; undefined where an id of so many parts names nothing. */
export const kindOf = (id: string) => kinds[id.split('/').length - 1]

@Directive('@public')
@InterfaceType({
  resolveType: ({ id }: Node) => kindOf(id),
  description:
    'What `node` finds by its id: spokes, datasets and tables (https://relay.dev/graphql/objectidentification.htm). ' +
    'The ids of other types are unique only within their type',
})
export abstract class Node {
  @Field(() => ID, { description: 'camden, camden/libraries or camden/libraries/libraries' }) id!: string
}
