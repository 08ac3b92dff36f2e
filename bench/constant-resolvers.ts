import { MapperKind, mapSchema } from '@graphql-tools/utils'
import { defaultFieldResolver, type GraphQLSchema } from 'graphql'

/** The same schema, whose root fields answer a recorded response and whose other fields read it. */
export function addResolversToSchema(schema: GraphQLSchema, recorded: object): GraphQLSchema {
  const { data } = recorded as { data: Record<string, unknown> }
  return mapSchema(schema, {
    [MapperKind.QUERY_ROOT_FIELD]: (field, name) => ({ ...field, resolve: () => data[name] }),
    [MapperKind.OBJECT_FIELD]: (field) => ({ ...field, resolve: defaultFieldResolver }),
  })
}
