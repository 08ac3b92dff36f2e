import type { ApolloServer } from '@apollo/server'
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import type { LogReader } from '../audit/read/log-reader.js'
import type { Log } from '../connector/source.js'
import type { Context } from '../api/context.js'
import type { Operations } from '../api/operations.js'
import type { Landing } from '../query/download/download.js'
import type { Telemetry } from '../telemetry/telemetry.js'
import { DialsError, toDialsError } from '../errors.js'
import { answerElsewhere, unreadableAddress } from '../net/answer-elsewhere.js'
import { BadRequest } from '../net/bad-request.js'
import { timeOptions } from '../net/limits.js'
import { answerUnreadable } from '../net/unreadable.js'
import { auditRoutes } from './audit-routes.js'
import type { ContextOf } from './begin-operation.js'
import { Clients } from './clients.js'
import { crossOrigin, isAllowed } from './cross-origin.js'
import { problemOf, problemType } from './problem.js'
import { downloadRoutes } from './downloads/route.js'
import type { DownloadReports } from './downloads/reports.js'
import { graphiqlRoute } from './graphiql/route.js'
import { graphqlHandler } from './graphql-handler.js'
import { jsonOnly } from './json-only.js'
import { metricsRoute } from './metrics-route.js'
import { observeRequests } from './observe-requests.js'
import { eventStreamRoute } from './subscriptions/event-stream.js'
import { openSockets } from './subscriptions/web-socket.js'
import { pageRoutes } from './pages/route.js'
import { refuseAt } from './refuse-at.js'
import { unpackBodies } from './unpack-bodies.js'

const bodyBytesMax = 2 * 1024 * 1024
/** Characters between two slashes of an address: a dataset's name has up to 120. */
const partOfAddressMax = 120

/** What the hub's HTTP needs. `tls` holds PEM texts; without it the hub speaks plain HTTP. */
export interface HubServerOptions {
  readonly graph: ApolloServer<Context>
  /** Prepares operations over streams; `graph` has the same. */
  readonly operations: Operations
  readonly contextOf: ContextOf
  /** Where downloads land, and their reports. Default: there are no downloads. */
  readonly downloads?: { readonly landing: Landing; readonly reports: DownloadReports }
  /** The audit log. Default: it is not served. */
  readonly audit?: LogReader
  /** Origins whose pages may use the graph; `*` allows all. Default: only the hub's own. */
  readonly origins?: readonly string[]
  /** Addresses and networks whose X-Forwarded-For is believed. Default: none. */
  readonly trustedProxies?: readonly string[]
  /** The names of the parts that are not ready; empty if all are. */
  readonly notReady: () => Promise<readonly string[]>
  /** The public keys that spokes pin. */
  readonly jwks: object
  readonly log: Log
  readonly telemetry: Telemetry
  /** Whether a request has a valid token of an operator of this hub. */
  readonly mayOperate: (request: FastifyRequest) => Promise<boolean>
  /** The folder `graphql/` of the package. */
  readonly graphqlFolder: string
  readonly tls?: { cert: Buffer; key: Buffer }
}

/** The hub's HTTP: /graphql, GraphiQL, downloads, its keys, health and metrics. */
export function hubServer(options: HubServerOptions): FastifyInstance {
  const { graph, operations, contextOf, origins = [], trustedProxies = [], notReady, jwks, log, telemetry, tls } = options
  const app = Fastify({
    bodyLimit: bodyBytesMax,
    trustProxy: [...trustedProxies],
    routerOptions: { maxParamLength: partOfAddressMax },
    frameworkErrors: (thrown, request, reply) => void refuseAt(request, reply, unreadableAddress(thrown)),
    clientErrorHandler: answerUnreadable((error) => ({ type: problemType, text: JSON.stringify(problemOf(error, error.statusCode)) })),
    // src/cli/listen.ts answers these, in the form of all errors.
    return503OnClosing: false,
    ...timeOptions(tls),
  }) as unknown as FastifyInstance
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))
  app.setErrorHandler((thrown, request, reply) => {
    // A download may fail after its first piece was made, and before its first byte was sent.
    if (thrown instanceof DialsError) return refuseAt(request, reply, thrown)
    const status = (thrown as { statusCode?: number }).statusCode ?? 500
    if (status < 500) return refuseAt(request, reply, new BadRequest(status, malformed(status)))
    log.error({ err: thrown }, 'a request failed')
    return refuseAt(request, reply, toDialsError(thrown), 500)
  })
  const clients = new Clients()
  observeRequests(app, telemetry, log)
  unpackBodies(app)
  crossOrigin(app, origins, log)
  // Before the others, so that its other methods do not tell that it is there.
  metricsRoute(app, telemetry.metrics, options.mayOperate)
  const refuseOtherMethods = answerElsewhere(app)
  graphiqlRoute(app, options.graphqlFolder, contextOf)
  pageRoutes(app, { contextOf, clients })
  app.route({
    method: ['GET', 'POST'],
    url: '/graphql',
    onRequest: jsonOnly,
    handler: graphqlHandler(graph, { contextOf, clients, telemetry }),
  })
  if (options.downloads !== undefined) downloadRoutes(app, { contextOf, origins, telemetry, log, ...options.downloads })
  eventStreamRoute(app, { operations, contextOf, clients, telemetry })
  const closeSockets = openSockets(app.server, {
    operations,
    contextOf,
    clients,
    telemetry,
    trustedProxies,
    log,
    isOrigin: (origin, host) => isAllowed(origin, host, origins),
  })
  app.addHook('preClose', closeSockets)
  if (options.audit !== undefined) auditRoutes(app, { audit: options.audit, contextOf })
  app.get('/.well-known/jwks.json', () => jwks)
  app.get('/health/live', () => ({ status: 'UP' }))
  app.get('/health/ready', async (_request, reply) => {
    const missing = await notReady()
    return reply.status(missing.length === 0 ? 200 : 503).send({ status: missing.length === 0 ? 'UP' : 'DOWN', notReady: missing })
  })
  refuseOtherMethods()
  return app
}

function malformed(status: number): string {
  if (status === 413) return `The body is larger than ${bodyBytesMax} bytes.`
  return status === 415 ? 'The header content-type names no media type.' : 'The request is malformed.'
}
