import { MapperKind, mapSchema } from '@graphql-tools/utils'
import { defaultFieldResolver, type GraphQLFieldResolver, type GraphQLSchema } from 'graphql'
import type { DialsError } from '../../errors.js'
import type { Viewer } from '../../identity/viewer.js'
import { fieldOf } from '../document.js'
import { argumentsOf, type Refusals } from './refusals.js'
import { refusal } from './rule.js'
import { SchemaRules } from './schema-rules.js'

/** The part of a request's context that access needs. `refusals` is set before an operation runs. */
export interface AccessContext {
  readonly viewer: Viewer
  refusals?: Refusals
}

type Resolver = GraphQLFieldResolver<unknown, AccessContext, Record<string, unknown>>

/**
 * Makes every resolver check the access directives: a refused field is null, with UNAUTHENTICATED or FORBIDDEN, on whatever way the
 * operation came. Public fields are unchanged.
 * @throws Error if the schema does not say who may use a field (SchemaRules).
 */
export function enforceAccess(schema: GraphQLSchema): GraphQLSchema {
  const rules = new SchemaRules(schema)
  return mapSchema(schema, {
    [MapperKind.OBJECT_FIELD]: (config, name, typeName) => {
      const type = schema.getType(typeName)
      const field = fieldOf(type, name)
      if (type === undefined || field === undefined) return undefined
      const own = rules.field(type, field)
      const isRoot = type === schema.getMutationType() || type === schema.getSubscriptionType()
      if (own.length === 0 && !rules.hasInputRules(field) && !isRoot) return undefined
      const guard =
        (resolve: Resolver): Resolver =>
        (source, args, context, info) => {
          const given = info.fieldNodes.flatMap((node) => rules.given(field, argumentsOf(node, info.variableValues)))
          const refused = refusal([...own, ...given], context.viewer) ?? firstOf(context.refusals, info.fieldNodes)
          if (refused !== undefined) throw refused
          return resolve(source, args, context, info)
        }
      const { subscribe } = config
      return {
        ...config,
        resolve: guard((config.resolve ?? defaultFieldResolver) as Resolver),
        ...(subscribe ? { subscribe: guard(subscribe as Resolver) } : {}),
      }
    },
  })
}

function firstOf(refusals: Refusals | undefined, nodes: readonly Parameters<Refusals['get']>[0][]): DialsError | undefined {
  return nodes.map((node) => refusals?.get(node)).find((found) => found !== undefined)
}
