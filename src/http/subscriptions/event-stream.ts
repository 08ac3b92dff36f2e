import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { GraphQLError, GraphQLFormattedError } from 'graphql'
import { createHandler } from 'graphql-sse/lib/use/fastify'
import type { Context } from '../../api/context.js'
import { formatErrors, kindOf, type Operations } from '../../api/operations.js'
import { isDeeperThan } from '../../connector/json-depth.js'
import { databaseError } from '../../database/database-error.js'
import { toDialsError } from '../../errors.js'
import type { OperationEnd } from '../../telemetry/metrics.js'
import type { Telemetry } from '../../telemetry/telemetry.js'
import { type BegunOperation, beginOperation, tooManyOperations } from '../begin-operation.js'
import type { Clients } from '../clients.js'
import { isPlainGet } from '../cross-site.js'
import type { ContextOf } from '../graphql-handler.js'
import { untilExpiry } from './until-expiry.js'

const depthMax = 64

/** What the route needs; `clients` counts with all other ways to ask. */
export interface EventStreamOptions {
  readonly operations: Operations
  readonly contextOf: ContextOf
  readonly clients: Clients
  readonly telemetry: Telemetry
}

/** The one operation of a request. */
interface Streamed {
  readonly context: Context
  readonly begun: BegunOperation
  kind: OperationEnd['kind']
  errors: readonly GraphQLFormattedError[]
}

/**
 * GraphQL over server-sent events (https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md, distinct connections) at
 * /graphql/stream, under the rules of plain HTTP; a stream ends when its token does.
 */
export function eventStreamRoute(app: FastifyInstance, { operations, contextOf, clients, telemetry }: EventStreamOptions): void {
  const under = new WeakMap<FastifyRequest, Streamed>()
  const handle = createHandler<Context & Record<PropertyKey, unknown>>({
    schema: operations.schema,
    authenticate: () => null,
    onSubscribe: ({ raw }, { query, operationName, variables }) => {
      const streamed = under.get(raw) as Streamed
      const prepared = operations.prepare(
        { query, operationName, variables: variables as Record<string, unknown> | undefined },
        streamed.context,
      )
      if (!('document' in prepared)) {
        streamed.errors = formatErrors(prepared)
        // Without `data` the library takes it for an operation.
        return { data: null, errors: prepared as never }
      }
      streamed.kind = kindOf(prepared)
      return prepared as never
    },
    onNext(_context, { raw }, result) {
      if (!('errors' in result) || !result.errors) return undefined
      const errors = formatErrors(result.errors as unknown as GraphQLError[])
      const streamed = under.get(raw)
      if (streamed !== undefined) streamed.errors = errors
      return { ...result, errors: errors as never }
    },
  })
  app.route({
    method: ['GET', 'POST'],
    url: '/graphql/stream',
    handler: async (request, reply) => {
      const refused = refusalOf(request)
      if (refused !== undefined) return reply.status(400).send({ errors: [{ message: refused, extensions: { code: 'BAD_REQUEST' } }] })
      const gone = new AbortController()
      reply.raw.once('close', () => gone.abort())
      let context: Context
      try {
        context = await contextOf(request.raw.headersDistinct['authorization'], gone.signal)
      } catch (thrown) {
        const { code, message } = toDialsError(databaseError(thrown))
        return reply.status(code === 'UNAUTHENTICATED' ? 401 : 503).send({ errors: [{ message, extensions: { code } }] })
      }
      const begun = beginOperation(context, request.ip, clients, telemetry)
      if (begun === undefined) {
        const { code, message } = tooManyOperations
        return reply
          .status(429)
          .header('retry-after', '1')
          .send({ errors: [{ message, extensions: { code } }] })
      }
      const streamed: Streamed = { context, begun, kind: 'unknown', errors: [] }
      under.set(request, streamed)
      await stream(request, reply, streamed, handle)
      return reply
    },
  })
}

async function stream(
  request: FastifyRequest,
  reply: FastifyReply,
  streamed: Streamed,
  handle: ReturnType<typeof createHandler>,
): Promise<void> {
  const { viewer, results } = streamed.context
  const expiry = untilExpiry(viewer, () => reply.raw.end())
  const over = () => {
    clearTimeout(expiry)
    streamed.begun.end(streamed.kind, streamed.errors)
    return results.release()
  }
  // The library waits for ever for the end of an answer whose client has gone.
  reply.raw.once('close', () => void over())
  reply.header('cache-control', 'private, no-store').hijack()
  try {
    await handle(request, reply)
  } finally {
    await over()
  }
}

/** A POST has to be JSON, which a page of another site cannot send unasked; a GET is judged as everywhere. */
function refusalOf({ method, headers, body }: FastifyRequest): string | undefined {
  if (method === 'GET') return isPlainGet(method, headers) ? undefined : 'This request could come from a page of another site.'
  if (!/^application\/json\b/i.test(headers['content-type'] ?? '')) return 'The body has to be application/json.'
  return typeof body === 'string' && isDeeperThan(body, depthMax) ? `The request is nested deeper than ${depthMax}.` : undefined
}
