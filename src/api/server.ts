import { ApolloServer, type ApolloServerPlugin, HeaderMap } from '@apollo/server'
import { ApolloServerPluginCacheControlDisabled } from '@apollo/server/plugin/disabled'
import { type DocumentNode, Kind } from 'graphql'
import type { Log } from '../connector/source.js'
import { beginningOf } from '../errors.js'
import type { Context } from './context.js'
import { formatError, toGraphQLError } from './format-error.js'
import { toldOnce } from './limits/answer-size.js'
import type { Operations, PreparedOperation, RefusedOperation } from './operations.js'

/**
 * Apollo Server for POST and GET. It reads requests, finds persisted queries and executes; `operations` decides what may run and how errors
 * look. Signals of the process are left to the command line.
 */
export function createGraphServer(operations: Operations, log: Log): ApolloServer<Context> {
  return new ApolloServer<Context>({
    schema: operations.schema,
    introspection: true,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    // `operations` keeps parsed documents itself.
    documentStore: null,
    formatError: (_formatted, thrown) => formatError(toGraphQLError(thrown)),
    plugins: [preparing(operations), releasing, tellingOnce, ApolloServerPluginCacheControlDisabled()],
    logger: {
      debug: () => undefined,
      info: () => undefined,
      warn: (message) => log.warn({}, beginningOf(String(message))),
      error: (message) => log.error({}, beginningOf(String(message))),
    },
  })
}

/** Stands for a document that could not be read, so that Apollo neither parses it again nor finds an operation in it. */
const unreadable: DocumentNode = { kind: Kind.DOCUMENT, definitions: [] }

/** Has Apollo run what `operations` prepares: Apollo parses and validates only if there is no document yet. */
function preparing(operations: Operations): ApolloServerPlugin<Context> {
  return {
    requestDidStart: () => {
      let prepared: PreparedOperation | RefusedOperation
      return Promise.resolve({
        async didResolveSource(requestContext) {
          const { request, source, contextValue, metrics } = requestContext
          const { operationName, variables } = request
          prepared = await operations.prepare({ query: source, operationName, variables }, contextValue)
          const document = 'errors' in prepared ? prepared.document : prepared.args.document
          Object.assign(requestContext, { document: document ?? unreadable })
          // An invalid document is not kept as a persisted query.
          if (document === undefined) metrics.persistedQueryRegister = false
        },
        responseForOperation() {
          if (!('errors' in prepared)) return Promise.resolve(null)
          const errors = operations.publicErrors(prepared.errors)
          const isOurFault = errors.some(({ extensions }) => extensions?.['code'] === 'INTERNAL_SERVER_ERROR')
          return Promise.resolve({
            http: { status: isOurFault ? 500 : 400, headers: new HeaderMap() },
            body: { kind: 'single', singleResult: { errors } },
          })
        },
        didEncounterErrors({ errors }) {
          operations.logErrors(errors)
          return Promise.resolve()
        },
      })
    },
  }
}

/** Tells once that an answer is too large, however many of its lists were refused. */
const tellingOnce: ApolloServerPlugin<Context> = {
  requestDidStart: () =>
    Promise.resolve({
      willSendResponse({ response: { body } }) {
        if (body.kind === 'single' && body.singleResult.errors !== undefined) body.singleResult.errors = toldOnce(body.singleResult.errors)
        return Promise.resolve()
      },
    }),
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
