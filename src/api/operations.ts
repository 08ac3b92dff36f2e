import {
  type ExecutionArgs,
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  getOperationAST,
  type OperationTypeNode,
  parse,
  validate,
} from 'graphql'
import { DialsError, type ErrorCode } from '../errors.js'
import { enforceAccess } from './access/enforce.js'
import { refusalsOf } from './access/refusals.js'
import { SchemaRules } from './access/schema-rules.js'
import type { Context } from './context.js'
import { formatError } from './format-error.js'
import { checkOperation } from './limits/plugin.js'
import { scanDocument } from './limits/scan-document.js'

/** An operation as a client sends it over a stream. */
export interface StreamedOperation {
  readonly query: string
  readonly operationName?: string | null | undefined
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined
}

/** Brings operations that do not come by plain HTTP under the rules of those that do: limits, validation, access. */
export class Operations {
  readonly schema: GraphQLSchema
  readonly #rules: SchemaRules

  constructor(schema: GraphQLSchema) {
    this.schema = enforceAccess(schema)
    this.#rules = new SchemaRules(schema)
  }

  /** What is to be executed or, where that may not be, why. */
  prepare(asked: StreamedOperation, context: Context): ExecutionArgs | readonly GraphQLError[] {
    const variables = { ...asked.variables }
    try {
      const excess = scanDocument(asked.query)
      if (excess !== undefined) throw excess
      const document = parsed(asked.query)
      const errors = validate(this.schema, document)
      if (errors.length > 0) return errors.map((error) => coded(error, 'GRAPHQL_VALIDATION_FAILED'))
      const operation = getOperationAST(document, asked.operationName)
      if (!operation)
        throw new DialsError('OPERATION_RESOLUTION_FAILURE', 'The document has no such operation, or several and none was named.')
      checkOperation(this.schema, document, operation, variables)
      context.refusals = refusalsOf({ schema: this.schema, document, operation, variables }, this.#rules, context.viewer)
      return { schema: this.schema, document, operationName: asked.operationName, variableValues: variables, contextValue: context }
    } catch (thrown) {
      return [thrown instanceof GraphQLError ? thrown : new GraphQLError('', { originalError: thrown as Error })]
    }
  }
}

/** Whether an operation that may be executed is a query, a mutation or a subscription. */
export function kindOf({ document, operationName }: ExecutionArgs): OperationTypeNode | 'unknown' {
  return getOperationAST(document, operationName)?.operation ?? 'unknown'
}

/** Errors as clients see them; those of GraphQL's own coercion of variables have no code yet. */
export function formatErrors(errors: readonly GraphQLError[]): GraphQLFormattedError[] {
  return errors.map((error) => {
    const isOfVariables = error.originalError === undefined && error.path === undefined && error.extensions['code'] === undefined
    const told = isOfVariables ? coded(error, 'BAD_USER_INPUT') : error
    return formatError(told.toJSON(), told)
  })
}

function parsed(query: string) {
  try {
    return parse(query)
  } catch (thrown) {
    throw thrown instanceof GraphQLError ? coded(thrown, 'GRAPHQL_PARSE_FAILED') : thrown
  }
}

function coded({ message, nodes, source, positions }: GraphQLError, code: ErrorCode): GraphQLError {
  return new GraphQLError(message, { nodes: nodes ?? null, source: source ?? null, positions: positions ?? null, extensions: { code } })
}
