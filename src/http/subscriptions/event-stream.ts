import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { GraphQLError, GraphQLFormattedError } from 'graphql'
import { createHandler } from 'graphql-sse/lib/use/fastify'
import type { Context } from '../../api/context.js'
import { scanRequest } from '../../api/limits/scan-request.js'
import type { OperationRequest, Operations } from '../../api/operations.js'
import { DialsError } from '../../errors.js'
import { BadRequest } from '../../net/bad-request.js'
import type { OperationEnd } from '../../telemetry/metrics.js'
import type { Telemetry } from '../../telemetry/telemetry.js'
import { type BegunOperation, beginOperation, type ContextOf, contextOrError, refuse } from '../begin-operation.js'
import type { Clients } from '../clients.js'
import { isPlainGet } from '../cross-site.js'
import { jsonOnly } from '../json-only.js'
import { purposeOf } from '../purpose.js'
import { untilExpiry } from './until-expiry.js'

/** What the route needs; `clients` is shared with the other transports. */
export interface EventStreamOptions {
  readonly operations: Operations
  readonly contextOf: ContextOf
  readonly clients: Clients
  readonly telemetry: Telemetry
}

const mediaType = 'text/event-stream'

/** The one operation of a request. */
interface Streamed {
  readonly context: Context
  readonly begun: BegunOperation
  kind: OperationEnd['kind']
  errors: readonly GraphQLFormattedError[]
}

/**
 * GraphQL over server-sent events (https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md, distinct connections) at
 * /graphql/stream, under the same rules as POST. A stream ends when its token expires.
 */
export function eventStreamRoute(app: FastifyInstance, { operations, contextOf, clients, telemetry }: EventStreamOptions): void {
  const contextOfRequest = async (request: FastifyRequest, signal: AbortSignal) =>
    contextOf(request.raw.headersDistinct['authorization'], signal, request.ip, { purpose: purposeOf(request, request.body) })
  const under = new WeakMap<object, Streamed>()
  const handle = createHandler<Context & Record<PropertyKey, unknown>>({
    schema: operations.schema,
    authenticate: () => null,
    onSubscribe: async ({ raw }, { query, operationName, variables }) => {
      const streamed = under.get(raw) as Streamed
      const prepared = await operations.prepare(
        { query, operationName, variables: variables as OperationRequest['variables'] },
        streamed.context,
      )
      if ('errors' in prepared) {
        streamed.errors = operations.publicErrors(prepared.errors)
        // Without `data` the library would execute this as an operation.
        return { data: null, errors: streamed.errors as never }
      }
      streamed.kind = prepared.kind
      return prepared.args as never
    },
    onNext(_context, { raw }, result) {
      const streamed = under.get(raw) as Streamed
      if (!('errors' in result) || !result.errors || result.errors === streamed.errors) return undefined
      streamed.errors = operations.publicErrors(result.errors as unknown as GraphQLError[])
      return { ...result, errors: streamed.errors as never }
    },
  })
  app.route({
    method: ['GET', 'POST'],
    url: '/graphql/stream',
    onRequest: jsonOnly,
    handler: async (request, reply) => {
      const gone = new AbortController()
      reply.raw.once('close', () => gone.abort())
      const refused = await refusalOf(request)
      if (refused !== undefined) return refuse(reply, refused)
      const context = await contextOrError(contextOfRequest(request, gone.signal))
      if (context instanceof DialsError) return refuse(reply, context)
      const begun = await beginOperation(context, request.ip, clients, telemetry, gone.signal)
      if (gone.signal.aborted) return reply.hijack()
      if (begun instanceof DialsError) return refuse(reply, begun)
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
  // The library never stops waiting if the client disconnects.
  reply.raw.once('close', () => void over())
  reply.header('cache-control', 'private, no-store').hijack()
  try {
    await handle(request, reply)
  } finally {
    await over()
  }
}

/** A GET has to pass the same test as on /graphql, and a POST is read within the same bounds. */
async function refusalOf({ method, headers, body }: FastifyRequest): Promise<DialsError | undefined> {
  // The library knows this one alone, and answers others with an empty 404.
  if (headers.accept !== mediaType)
    return new BadRequest(406, `This address answers ${mediaType} alone: send the header accept: ${mediaType}.`)
  if (method === 'GET') {
    return isPlainGet(method, headers) ? undefined : new DialsError('BAD_REQUEST', 'This request could come from a page of another site.')
  }
  return typeof body === 'string' ? scanRequest(body) : undefined
}
