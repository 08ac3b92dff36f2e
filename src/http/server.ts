import type { ApolloServer } from '@apollo/server'
import Fastify, { type FastifyInstance } from 'fastify'
import type { Log } from '../connector/source.js'
import type { Context } from '../api/context.js'
import { type ContextOf, graphqlHandler } from './graphql-handler.js'

const bodyBytesMax = 2 * 1024 * 1024

/** What the hub’s HTTP needs; `tls` holds PEM texts, absent: plain HTTP. */
export interface HubServerOptions {
  readonly graph: ApolloServer<Context>
  readonly contextOf: ContextOf
  /** Names what is not ready; empty when all is. */
  readonly notReady: () => Promise<readonly string[]>
  /** The public keys that spokes pin. */
  readonly jwks: object
  readonly log: Log
  readonly tls?: { cert: Buffer; key: Buffer }
}

/** The hub's HTTP: /graphql, its keys, and its health. */
export function hubServer({ graph, contextOf, notReady, jwks, log, tls }: HubServerOptions): FastifyInstance {
  const app = Fastify({ bodyLimit: bodyBytesMax, ...(tls ? { https: tls } : {}) }) as unknown as FastifyInstance
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))
  app.setErrorHandler((thrown, _request, reply) => {
    const status = (thrown as { statusCode?: number }).statusCode ?? 500
    if (status >= 500) log.error({ err: thrown }, 'a request failed')
    const [code, message] = status >= 500 ? ['INTERNAL_SERVER_ERROR', 'Something went wrong on our side. The reason is in the log.'] : ['BAD_REQUEST', tooLarge(status)]
    return reply.status(status).send({ errors: [{ message, extensions: { code } }] })
  })
  app.route({ method: ['GET', 'POST'], url: '/graphql', handler: graphqlHandler(graph, contextOf) })
  app.get('/.well-known/jwks.json', () => jwks)
  app.get('/health/live', () => ({ status: 'UP' }))
  app.get('/health/ready', async (_request, reply) => {
    const missing = await notReady()
    return reply.status(missing.length === 0 ? 200 : 503).send({ status: missing.length === 0 ? 'UP' : 'DOWN', notReady: missing })
  })
  return app
}

function tooLarge(status: number): string {
  return status === 413 ? `The body is larger than ${bodyBytesMax} bytes.` : 'The request is malformed.'
}
