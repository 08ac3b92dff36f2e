import { MapperKind, mapSchema } from '@graphql-tools/utils'
import { defaultFieldResolver, type GraphQLSchema } from 'graphql'

/** The same schema, with root fields that return a recorded response and other fields that read from it. */
export function addResolversToSchema(schema: GraphQLSchema, recorded: object): GraphQLSchema {
  const { data } = recorded as { data: Record<string, unknown> }
  return mapSchema(schema, {
    [MapperKind.QUERY_ROOT_FIELD]: (field, name) => ({ ...field, resolve: () => data[name] }),
    [MapperKind.OBJECT_FIELD]: (field) => ({ ...field, resolve: defaultFieldResolver }),
  })
}
