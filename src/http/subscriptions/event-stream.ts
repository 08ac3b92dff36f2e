import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { createHandler } from 'graphql-sse/lib/use/fastify'
import type { Context } from '../../api/context.js'
import { formatErrors, type Operations } from '../../api/operations.js'
import { isDeeperThan } from '../../connector/json-depth.js'
import { databaseError } from '../../database/database-error.js'
import { toDialsError } from '../../errors.js'
import { isPlainGet } from '../cross-site.js'
import type { ContextOf } from '../graphql-handler.js'
import { untilExpiry } from './until-expiry.js'

const depthMax = 64

/**
 * GraphQL over server-sent events (https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md, distinct connections) at /graphql/stream, under
 * the rules of plain HTTP; a stream ends when its token does.
 */
export function eventStreamRoute(app: FastifyInstance, operations: Operations, contextOf: ContextOf): void {
  const contexts = new WeakMap<FastifyRequest, Context>()
  const handle = createHandler<Context & Record<PropertyKey, unknown>>({
    schema: operations.schema,
    authenticate: () => null,
    onSubscribe: ({ raw }, { query, operationName, variables }) => {
      const context = contexts.get(raw) as Context & Record<PropertyKey, unknown>
      const prepared = operations.prepare({ query, operationName, variables: variables as Record<string, unknown> | undefined }, context)
      // Without `data` the library takes it for an operation.
      return Array.isArray(prepared) ? { data: null, errors: prepared as never } : (prepared as never)
    },
    onNext: (_context, _request, result) => ('errors' in result && result.errors ? { ...result, errors: formatErrors(result.errors as never) as never } : undefined),
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
      contexts.set(request, context)
      await stream(request, reply, context, handle)
      return reply
    },
  })
}

async function stream(request: FastifyRequest, reply: FastifyReply, { viewer, results }: Context, handle: ReturnType<typeof createHandler>): Promise<void> {
  const expiry = untilExpiry(viewer, () => reply.raw.end())
  reply.header('cache-control', 'private, no-store').hijack()
  try {
    await handle(request, reply)
  } finally {
    clearTimeout(expiry)
    await results.release()
  }
}

/** A POST has to be JSON, which a page of another site cannot send unasked; a GET is judged as everywhere. */
function refusalOf({ method, headers, body }: FastifyRequest): string | undefined {
  if (method === 'GET') return isPlainGet(method, headers) ? undefined : 'This request could come from a page of another site.'
  if (!/^application\/json\b/i.test(headers['content-type'] ?? '')) return 'The body has to be application/json.'
  return typeof body === 'string' && isDeeperThan(body, depthMax) ? `The request is nested deeper than ${depthMax}.` : undefined
}
