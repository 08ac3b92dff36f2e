import 'reflect-metadata'
import { MapperKind, mapSchema } from '@graphql-tools/utils'
import {
  defaultFieldResolver,
  type GraphQLFieldConfig,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  type GraphQLSchema,
  lexicographicSortSchema,
  specifiedDirectives,
} from 'graphql'
import { printSchemaWithDirectives } from '@graphql-tools/utils'
import { buildSchema } from 'type-graphql'
import { isWebUrl } from '../connector/web-url.js'
import { accessDirectives } from './access/directives.js'
import { SchemaRules } from './access/schema-rules.js'
import { AuditEntryResolver, AuditResolver } from './resolvers/audit.js'
import {
  ColumnResolver,
  DatasetResolver,
  HarvestRunResolver,
  OrganisationResolver,
  SpokeResolver,
  TableResolver,
} from './resolvers/catalogue.js'
import {
  AgreementResolver,
  AgreementsResolver,
  AgreementTableResolver,
  PurposeResolver,
  ViewerPurposesResolver,
} from './resolvers/agreements.js'
import { HarvestResolver } from './resolvers/harvest.js'
import { NodeResolver } from './resolvers/node.js'
import { QueryResolver, ResultSetResolver, TableRowsResolver } from './resolvers/query.js'
import { SearchHitResolver, SearchResolver } from './resolvers/search.js'
import { TableAccessAgreementsResolver, TableAccessResolver } from './resolvers/table-access.js'
import { ViewerResolver } from './resolvers/viewer.js'
import { Value } from './scalars.js'

/**
 * Builds the GraphQL schema from the code.
 * @throws Error if it does not say who may use a field.
 */
export async function createSchema(): Promise<GraphQLSchema> {
  const schema = await buildSchema({
    resolvers: [
      AgreementResolver,
      AgreementsResolver,
      AgreementTableResolver,
      AuditEntryResolver,
      AuditResolver,
      ColumnResolver,
      DatasetResolver,
      HarvestResolver,
      HarvestRunResolver,
      NodeResolver,
      OrganisationResolver,
      PurposeResolver,
      QueryResolver,
      ResultSetResolver,
      SearchHitResolver,
      SearchResolver,
      SpokeResolver,
      TableAccessAgreementsResolver,
      TableAccessResolver,
      TableResolver,
      TableRowsResolver,
      ViewerPurposesResolver,
      ViewerResolver,
    ],
    // The query pipeline checks its input itself, and reports the place in it.
    validate: false,
    directives: [...specifiedDirectives, ...accessDirectives],
  })
  const graph = mapSchema(schema, {
    [MapperKind.ROOT_OBJECT]: (type) => new GraphQLObjectType({ ...type.toConfig(), description: rootDescriptions[type.name] }),
    [MapperKind.OBJECT_FIELD]: (field, name, type) => {
      if (String(field.type) === 'IRI') return webUrl(field)
      return type === 'ResultSet' && name === 'rows' ? { ...field, type: rowsType } : undefined
    },
  })
  new SchemaRules(graph)
  return graph
}

/** Decorators cannot describe the root types. */
const rootDescriptions: Readonly<Record<string, string>> = {
  Query:
    'What can be asked. Without a token everything is answered that is open to everybody; a field that is refused is null, with an error',
  Mutation: 'What changes the hub. Needs a token',
}

/** A field for a URL of a catalogue. A URL that may not be a link, such as `javascript:`, is null; the harvest leaves it out too. */
function webUrl<S, C>({ resolve = defaultFieldResolver, ...field }: GraphQLFieldConfig<S, C>): GraphQLFieldConfig<S, C> {
  return {
    ...field,
    resolve: async (...args) => {
      const value: unknown = await resolve(...args)
      return typeof value === 'string' && isWebUrl(value) ? value : null
    },
  }
}

/** `[[Value]!]!`: a row is never null, a cell may be. */
const rowsType = new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(new GraphQLList(Value))))

/** The schema as text, sorted, so that it changes only with the graph. */
export function printGraph(schema: GraphQLSchema): string {
  return `${printSchemaWithDirectives(lexicographicSortSchema(schema))}\n`
}
