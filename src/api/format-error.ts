import { unwrapResolverError } from '@apollo/server/errors'
import type { GraphQLFormattedError } from 'graphql'
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
  const original = databaseError(unwrapResolverError(thrown))
  if (!(original instanceof DialsError) && isOurs(formatted.extensions?.['code'])) {
    return { message: formatted.message, ...place, extensions: { code: formatted.extensions?.['code'] } }
  }
  const error = toDialsError(original)
  const { code, inputPath, suggestions, transaction } = error
  return {
    message: error.message,
    ...place,
    extensions: { code, ...(inputPath ? { inputPath } : {}), ...(suggestions ? { suggestions } : {}), ...(transaction ? { transaction } : {}) },
  }
}

/** Errors of GraphQL itself carry codes of Apollo's; those that the surface names pass with their messages. */
function isOurs(code: unknown): boolean {
  return code !== 'INTERNAL_SERVER_ERROR' && (errorCodes as readonly unknown[]).includes(code)
}
