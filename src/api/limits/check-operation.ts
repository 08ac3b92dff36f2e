import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql'
import { DialsError } from '../../errors.js'
import { depthOf } from './depth.js'
import { estimate } from './estimate.js'
import { operationLimits as limits } from './limits.js'
import { tooComplex } from './scan-document.js'
import { checkVariables } from './variables.js'

/**
 * Checks the limits that need a valid operation and its variables.
 * @throws QUERY_TOO_COMPLEX if its fields are nested deeper than 20, if its variables are nested deeper than 64 or hold more than 100,000
 * values, or if its answer may hold more than 200,000 fields.
 * @returns how many values its variables hold.
 */
export function checkOperation(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): { values: number } {
  if (depthOf(document, operation) > limits.depth) throw tooComplex('depth', limits.depth)
  const values = checkVariables(document, variables)
  const complexity = estimate(schema, document, operation, variables)
  if (complexity > limits.complexity) {
    const [could, most] = [complexity.toLocaleString('en-GB'), limits.complexity.toLocaleString('en-GB')]
    throw new DialsError(
      'QUERY_TOO_COMPLEX',
      `The answer could hold ${could} fields, more than ${most}. Ask for smaller pages, or fewer lists within lists.`,
    )
  }
  return { values }
}
