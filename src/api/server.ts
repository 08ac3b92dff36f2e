import { ApolloServer, type ApolloServerPlugin } from '@apollo/server'
import { ApolloServerPluginCacheControlDisabled } from '@apollo/server/plugin/disabled'
import { type GraphQLSchema, GraphQLError } from 'graphql'
import type { Log } from '../connector/source.js'
import { toDialsError } from '../errors.js'
import { accessPlugin, enforceAccess } from './access/enforce.js'
import type { Context } from './context.js'
import { causeOf, formatError } from './format-error.js'
import { limitsPlugin } from './limits/plugin.js'

/** Apollo over our schema: errors in our own form, no stack traces, the process's signals left to the command line. */
export function createGraphServer(schema: GraphQLSchema, log: Log): ApolloServer<Context> {
  return new ApolloServer<Context>({
    schema: enforceAccess(schema),
    introspection: true,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    formatError,
    plugins: [limitsPlugin(schema), accessPlugin(schema), logging(log), releasing, ApolloServerPluginCacheControlDisabled()],
    logger: {
      debug: () => undefined,
      info: () => undefined,
      warn: (message) => log.warn({}, String(message)),
      error: (message) => log.error({}, String(message)),
    },
  })
}

/** Frees the rows that results hold, however the request ended. */
const releasing: ApolloServerPlugin<Context> = {
  requestDidStart: () =>
    Promise.resolve({
      async willSendResponse({ contextValue }) {
        await contextValue.results.release()
      },
    }),
}

/** What clients are not told is logged: the reason behind an INTERNAL_SERVER_ERROR, and what a source's failure came from. */
function logging(log: Log): ApolloServerPlugin<Context> {
  return {
    requestDidStart: () =>
      Promise.resolve({
        didEncounterErrors({ errors }) {
          for (const error of errors) logError(log, error)
          return Promise.resolve()
        },
      }),
  }
}

function logError(log: Log, error: GraphQLError): void {
  const original = causeOf(error)
  const known = toDialsError(original)
  if (original instanceof GraphQLError) return
  const fields = { code: known.code, transaction: known.transaction, path: error.path, err: known.cause ?? original }
  if (known.code === 'INTERNAL_SERVER_ERROR') log.error(fields, 'an operation failed')
  else if (known.cause !== undefined) log.warn(fields, known.message)
}
