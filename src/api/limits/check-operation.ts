import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql'
import { DialsError } from '../../errors.js'
import { AnswerSize, howToAskForLess } from './answer-size.js'
import { named } from './dearest-parts.js'
import { depthOf } from './depth.js'
import { estimate } from './estimate.js'
import { operationLimits as limits } from './limits.js'
import { tooComplex } from './scan-document.js'
import { checkVariables } from './variables.js'

/**
 * Checks the limits that need a valid operation and its variables.
 * @throws QUERY_TOO_COMPLEX if its fields are nested deeper than 20, if its variables are nested deeper than 64 or hold more than 100,000
 * values, or if its answer may hold more than 1,000,000 fields: what it really holds is counted while it runs.
 * @returns how many values its variables hold, and what counts its answer.
 */
export function checkOperation(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): { values: number; answerSize: AnswerSize } {
  if (depthOf(document, operation) > limits.depth) throw tooComplex('depth', limits.depth)
  const values = checkVariables(document, variables)
  const estimated = estimate(schema, document, operation, variables)
  if (estimated.fields > limits.fieldsGuessed) {
    const [could, most] = [estimated.fields.toLocaleString('en-GB'), limits.fieldsAnswered.toLocaleString('en-GB')]
    throw new DialsError(
      'QUERY_TOO_COMPLEX',
      `The answer could hold ${could} fields, and an answer has ${most} at most. Most of them are in ${named(estimated.parts)}. ${howToAskForLess}`,
    )
  }
  return { values, answerSize: new AnswerSize(estimated) }
}
