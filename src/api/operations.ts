import {
  type DocumentNode,
  type ExecutionArgs,
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  getOperationAST,
  getVariableValues,
  type OperationDefinitionNode,
  type OperationTypeNode,
  parse,
  validate,
} from 'graphql'
import { LRUCache } from 'lru-cache'
import { Pace } from '../connector/next-turn.js'
import type { Log } from '../connector/source.js'
import type { ErrorCode } from '../errors.js'
import { enforceAudit } from './access/audited.js'
import { enforceAccess } from './access/enforce.js'
import { refusalsOf } from './access/refusals.js'
import { SchemaRules } from './access/schema-rules.js'
import type { Context } from './context.js'
import { formatError, logError, toGraphQLError } from './format-error.js'
import { countLists, toldOnce } from './limits/answer-size.js'
import { checkOperation } from './limits/check-operation.js'
import { scanDocument } from './limits/scan-document.js'

/** An operation as a client sends it. */
export interface OperationRequest {
  readonly query: string
  readonly operationName?: string | null | undefined
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined
}

/** An operation that may run: `args` are for graphql's `execute` or `subscribe`. */
export interface PreparedOperation {
  readonly kind: OperationTypeNode
  readonly args: ExecutionArgs
}

/** An operation that may not run, and why. `document` is set if the document itself is valid. */
export interface RefusedOperation {
  readonly errors: readonly GraphQLError[]
  readonly document?: DocumentNode
}

/** graphql's own limit for errors of variables. */
const variableErrorsMax = 50
/** Characters of valid documents to keep parsed; a parsed document takes about 30 times the memory of its text. */
const keptCharactersMax = 1024 * 1024

/**
 * What every transport (POST, GET, WebSocket, server-sent events) does with an operation before it runs, and with its errors afterwards.
 * Add a new limit or access rule here only; test/http/transports.test.ts runs it over every transport.
 */
export class Operations {
  /** The schema to execute: its resolvers check access again, field by field, and count what they answer. */
  readonly schema: GraphQLSchema
  readonly #rules: SchemaRules
  readonly #log: Log
  readonly #valid = new LRUCache<string, DocumentNode>({ maxSize: keptCharactersMax, sizeCalculation: (_document, text) => text.length })

  /** @throws Error if the schema does not say who may use a field, or gives data that are not recorded. */
  constructor(schema: GraphQLSchema, log: Log) {
    this.schema = countLists(enforceAccess(enforceAudit(schema)))
    this.#rules = new SchemaRules(schema)
    this.#log = log
  }

  /**
   * Parses, validates, checks the limits and decides access. Sets the context's `refusals` and `answerSize`, which the resolvers of
   * `schema` read: a refused field is null with an error, and the rest of a query still runs.
   */
  async prepare(request: OperationRequest, context: Context): Promise<PreparedOperation | RefusedOperation> {
    const pace = new Pace()
    await pace.before(request.query.length)
    const document = this.#documentOf(request.query)
    if ('errors' in document) return document
    try {
      const operation = operationOf(this.schema, document, request.operationName)
      const variables = { ...request.variables }
      const { values, answerSize } = checkOperation(this.schema, document, operation, variables)
      context.answerSize = answerSize
      await pace.before(values)
      const { errors } = getVariableValues(this.schema, operation.variableDefinitions ?? [], variables, { maxErrors: variableErrorsMax })
      if (errors !== undefined) return { document, errors: errors.map((error) => coded(error, 'BAD_USER_INPUT')) }
      context.refusals = refusalsOf({ schema: this.schema, document, operation, variables }, this.#rules, context.viewer)
      // graphql's execution reads the variables once more.
      await pace.before(values)
      const { operationName } = request
      return {
        kind: operation.operation,
        args: { schema: this.schema, document, operationName, variableValues: variables, contextValue: context },
      }
    } catch (thrown) {
      return { document, errors: [toGraphQLError(thrown)] }
    }
  }

  /** Parses and validates a document within the limits; the last valid ones are kept. */
  #documentOf(text: string): DocumentNode | RefusedOperation {
    const known = this.#valid.get(text)
    if (known !== undefined) return known
    const excess = scanDocument(text)
    if (excess !== undefined) return { errors: [toGraphQLError(excess)] }
    let document: DocumentNode
    try {
      document = parse(text)
    } catch (thrown) {
      return { errors: [thrown instanceof GraphQLError ? coded(thrown, 'GRAPHQL_PARSE_FAILED') : toGraphQLError(thrown)] }
    }
    const errors = validate(this.schema, document)
    if (errors.length > 0) return { errors: errors.map((error) => coded(error, 'GRAPHQL_VALIDATION_FAILED')) }
    this.#valid.set(text, document)
    return document
  }

  /** Errors as the client sees them. The private reasons behind them are logged. */
  publicErrors(errors: readonly GraphQLError[]): GraphQLFormattedError[] {
    this.logErrors(errors)
    return toldOnce(errors.map(formatError))
  }

  /** Logs the private reasons, for a transport that formats errors itself. */
  logErrors(errors: readonly GraphQLError[]): void {
    for (const error of errors) logError(this.#log, error)
  }
}

/** Selects the operation to run. The messages are those of graphql's `execute`, which clients may know. */
function operationOf(schema: GraphQLSchema, document: DocumentNode, name: string | null | undefined): OperationDefinitionNode {
  const operation = getOperationAST(document, name)
  if (operation && schema.getRootType(operation.operation)) return operation
  if (operation) {
    throw new GraphQLError(`Schema is not configured to execute ${operation.operation} operation.`, {
      nodes: operation,
      extensions: { code: 'BAD_USER_INPUT' satisfies ErrorCode },
    })
  }
  const message =
    name === undefined || name === null
      ? 'Must provide operation name if query contains multiple operations.'
      : `Unknown operation named "${name}".`
  throw new GraphQLError(message, { extensions: { code: 'OPERATION_RESOLUTION_FAILURE' satisfies ErrorCode } })
}

/** The same error with a code, which graphql's own errors lack. */
function coded({ message, nodes, source, positions, originalError }: GraphQLError, code: ErrorCode): GraphQLError {
  return new GraphQLError(message, {
    nodes: nodes ?? null,
    source: source ?? null,
    positions: positions ?? null,
    originalError: originalError ?? null,
    extensions: { code },
  })
}
