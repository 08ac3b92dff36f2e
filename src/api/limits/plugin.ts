import type { ApolloServerPlugin, BaseContext } from '@apollo/server'
import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql'
import { DialsError } from '../../errors.js'
import { depthOf } from './depth.js'
import { estimate } from './estimate.js'
import { operationLimits as limits } from './limits.js'
import { tooComplex } from './scan-document.js'

/** Refuses a valid operation that is too deep or would answer too much, before it runs. */
export function limitsPlugin(schema: GraphQLSchema): ApolloServerPlugin<BaseContext> {
  return {
    requestDidStart: () =>
      Promise.resolve({
        didResolveOperation({ document, operation, request }) {
          if (operation !== undefined) checkOperation(schema, document, operation, request.variables ?? {})
          return Promise.resolve()
        },
      }),
  }
}

/** @throws QUERY_TOO_COMPLEX where a valid operation is deeper than 20 fields, or may answer more than 200,000. */
export function checkOperation(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): void {
  if (depthOf(document, operation) > limits.depth) throw tooComplex('depth', limits.depth)
  const complexity = estimate(schema, document, operation, variables)
  if (complexity > limits.complexity) {
    const [could, most] = [complexity.toLocaleString('en-GB'), limits.complexity.toLocaleString('en-GB')]
    throw new DialsError(
      'QUERY_TOO_COMPLEX',
      `The answer could hold ${could} fields, more than ${most}. Ask for smaller pages, or fewer lists within lists.`,
    )
  }
}
