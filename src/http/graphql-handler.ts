import { Readable } from 'node:stream'
import { type ApolloServer, type HTTPGraphQLRequest, HeaderMap } from '@apollo/server'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { isDeeperThan } from '../connector/json-depth.js'
import type { Context } from '../api/context.js'
import { Splice } from '../api/splice.js'
import { databaseError } from '../database/database-error.js'
import { DialsError, type ErrorCode, toDialsError } from '../errors.js'

/** Objects and lists within each other; a deeper body would overflow GraphQL's own recursion. */
const depthMax = 64

/** Makes the context of one request. The signal ends when the client goes away; the splice carries rows around GraphQL. */
export type ContextOf = (request: FastifyRequest, signal: AbortSignal, splice: Splice) => Promise<Context>

/** GraphQL over HTTP, with rows spliced into the response as text. */
export function graphqlHandler(server: ApolloServer<Context>, contextOf: ContextOf) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const body = typeof request.body === 'string' ? request.body : undefined
    if (body !== undefined && isDeeperThan(body, depthMax)) return refuse(reply, 'QUERY_TOO_COMPLEX', `The request is nested deeper than ${depthMax}.`)
    const parsed = parseBody(body)
    if (parsed === invalid) return refuse(reply, 'BAD_REQUEST', 'The body is not JSON.')

    const splice = new Splice()
    const context = await contextOf(request, gone(reply), splice).catch((thrown: unknown) => toDialsError(databaseError(thrown)))
    if (context instanceof DialsError) return refuse(reply, context.code, context.message, context.code === 'UNAUTHENTICATED' ? 401 : 503)
    const response = await server.executeHTTPGraphQLRequest({ httpGraphQLRequest: toHttpRequest(request, parsed), context: () => Promise.resolve(context) })
    for (const [name, value] of response.headers) if (name !== 'content-length') reply.header(name, value)
    reply.header('cache-control', 'private, no-store').status(response.status ?? 200)
    if (response.body.kind === 'complete') return reply.send(Readable.from(pieces(splice, response.body.string), { objectMode: false }))
    return reply.send(Readable.from(response.body.asyncIterator))
  }
}

function* pieces(splice: Splice, body: string): Generator<Buffer> {
  for (const piece of splice.pieces(body)) if (piece !== '') yield Buffer.from(piece)
}

const invalid = Symbol('not JSON')

function parseBody(body: string | undefined): unknown {
  if (body === undefined || body === '') return undefined
  try {
    return JSON.parse(body) as unknown
  } catch {
    return invalid
  }
}

function toHttpRequest(request: FastifyRequest, body: unknown): HTTPGraphQLRequest {
  const headers = new HeaderMap()
  for (const [name, value] of Object.entries(request.headers)) if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value)
  const question = request.url.indexOf('?')
  return { method: request.method, headers, search: question === -1 ? '' : request.url.slice(question), body }
}

/** Ends when the client goes away before its answer was whole. */
function gone(reply: FastifyReply): AbortSignal {
  const controller = new AbortController()
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) controller.abort()
  })
  return controller.signal
}

function refuse(reply: FastifyReply, code: ErrorCode, message: string, status = 400): FastifyReply {
  return reply.status(status).header('cache-control', 'private, no-store').send({ errors: [{ message, extensions: { code } }] })
}
