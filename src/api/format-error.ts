import { unwrapResolverError } from '@apollo/server/errors'
import { GraphQLError, type GraphQLFormattedError } from 'graphql'
import { databaseError } from '../database/database-error.js'
import { DialsError, errorCodes, toDialsError } from '../errors.js'

/**
 * The one place where an error becomes what a client sees: its public message and its code, the place in the input, near names and the
 * transaction; never a stack, SQL, path or cause.
 */
export function formatError(formatted: GraphQLFormattedError, thrown: unknown): GraphQLFormattedError {
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

/** What was thrown by a resolver, or by a plugin before any ran. */
export function causeOf(thrown: unknown): unknown {
  const before = thrown instanceof GraphQLError ? thrown.originalError : undefined
  return before instanceof DialsError ? before : unwrapResolverError(thrown)
}

/** Apollo’s own refusals of a request, which have a status and no code: a persisted query under another’s hash. */
function isOfRequest(thrown: unknown): boolean {
  if (!(thrown instanceof GraphQLError) || thrown.originalError !== undefined) return false
  const { status } = (thrown.extensions['http'] ?? {}) as { status?: number }
  return status !== undefined && status >= 400 && status < 500
}

/** Errors of GraphQL itself carry codes of Apollo's; those that the surface names pass with their messages. */
function isOurs(code: unknown): boolean {
  return code !== 'INTERNAL_SERVER_ERROR' && (errorCodes as readonly unknown[]).includes(code)
}
