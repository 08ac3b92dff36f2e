import { unwrapResolverError } from '@apollo/server/errors'
import { GraphQLError, type GraphQLFormattedError } from 'graphql'
import type { Log } from '../connector/source.js'
import { databaseError } from '../database/database-error.js'
import { DialsError, errorCodes, toDialsError } from '../errors.js'

/**
 * The only place where an error becomes what a client sees: its public message and code, the place in the input, similar names and the
 * transaction; never a stack, SQL, path or cause.
 */
export function formatError(thrown: GraphQLError): GraphQLFormattedError {
  const formatted = thrown.toJSON()
  const place = {
    ...(formatted.locations ? { locations: formatted.locations } : {}),
    ...(formatted.path ? { path: formatted.path } : {}),
  }
  const original = databaseError(causeOf(thrown))
  if (!(original instanceof DialsError) && isOurs(formatted.extensions?.['code'])) {
    return { message: formatted.message, ...place, extensions: { code: formatted.extensions?.['code'] } }
  }
  if (isOfRequest(thrown)) return { message: formatted.message, ...place, extensions: { code: 'BAD_REQUEST' } }
  const error = toDialsError(original)
  const { code, inputPath, suggestions, transaction } = error
  return {
    message: error.message,
    ...place,
    extensions: {
      code,
      ...(inputPath ? { inputPath } : {}),
      ...(suggestions ? { suggestions } : {}),
      ...(transaction ? { transaction } : {}),
    },
  }
}

/** Any thrown value as an error of GraphQL, with what was thrown as its `originalError`. */
export function toGraphQLError(thrown: unknown): GraphQLError {
  return thrown instanceof GraphQLError ? thrown : new GraphQLError('', { originalError: thrown as Error })
}

/** Logs what clients do not see: the reason for an INTERNAL_SERVER_ERROR, and the cause of a failure of a source. */
export function logError(log: Log, error: GraphQLError): void {
  const original = causeOf(error)
  if (original instanceof GraphQLError) return
  const known = toDialsError(original)
  const fields = { code: known.code, transaction: known.transaction, path: error.path, err: known.cause ?? original }
  if (known.code === 'INTERNAL_SERVER_ERROR') log.error(fields, 'an operation failed')
  else if (known.cause !== undefined) log.warn(fields, known.message)
}

/** The error that a resolver threw, or that a limit or an access rule gave before any resolver ran. */
function causeOf(thrown: GraphQLError): unknown {
  return thrown.originalError instanceof DialsError ? thrown.originalError : unwrapResolverError(thrown)
}

/** Apollo's own refusals of a request have a status and no code, for instance a persisted query sent under the hash of another. */
function isOfRequest(thrown: GraphQLError): boolean {
  if (thrown.originalError !== undefined) return false
  const { status } = (thrown.extensions['http'] ?? {}) as { status?: number }
  return status !== undefined && status >= 400 && status < 500
}

/** Whether a code of an error of GraphQL or Apollo is one of ours: then its message may be shown. */
function isOurs(code: unknown): boolean {
  return code !== 'INTERNAL_SERVER_ERROR' && (errorCodes as readonly unknown[]).includes(code)
}
