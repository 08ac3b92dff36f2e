import { Readable } from 'node:stream'
import { type ApolloServer, type HTTPGraphQLRequest, type HTTPGraphQLResponse, HeaderMap } from '@apollo/server'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Context } from '../api/context.js'
import { scanDocument } from '../api/limits/scan-document.js'
import { Splice } from '../api/splice.js'
import { deadlineAfter } from '../connector/deadline.js'
import { isDeeperThan } from '../connector/json-depth.js'
import { databaseError } from '../database/database-error.js'
import { DialsError, type ErrorCode, toDialsError } from '../errors.js'
import { clientOf, Clients, operationsMax } from './clients.js'
import { isPlainGet } from './cross-site.js'
import { etagOf, isKnown } from './etag.js'
import { statusNotBegun } from './response-status.js'

/** Objects and lists within each other; a deeper body would overflow GraphQL's own recursion. */
const depthMax = 64

/** The longest that an operation may take; a query’s own `timeoutMs` ends it sooner. */
const operationMsMax = 150_000

/** Makes the context of one request, of its Authorization headers. The signal ends when the client goes away; the splice carries rows around GraphQL. */
export type ContextOf = (authorization: readonly string[] | undefined, signal: AbortSignal, splice?: Splice) => Promise<Context>

/** GraphQL over HTTP, with rows spliced into the response as text. */
export function graphqlHandler(server: ApolloServer<Context>, contextOf: ContextOf) {
  const clients = new Clients()
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const body = typeof request.body === 'string' ? request.body : undefined
    if (body !== undefined && isDeeperThan(body, depthMax)) return refuse(reply, 'QUERY_TOO_COMPLEX', `The request is nested deeper than ${depthMax}.`)
    const parsed = parseBody(body)
    if (parsed === invalid) return refuse(reply, 'BAD_REQUEST', 'The body is not JSON.')
    const excess = scanDocument(documentOf(request, parsed))
    if (excess !== undefined) return refuse(reply, excess.code, excess.message, statusNotBegun(mediaTypeFor(request), excess.code))

    const splice = new Splice()
    const { signal, clear } = deadlineAfter(operationMsMax, gone(reply))
    reply.raw.once('close', clear)
    const context = await contextOf(request.raw.headersDistinct['authorization'], signal, splice).catch((thrown: unknown) => toDialsError(databaseError(thrown)))
    if (context instanceof DialsError) return refuse(reply, context.code, context.message, context.code === 'UNAUTHENTICATED' ? 401 : 503)
    const leave = clients.enter(clientOf(context.viewer, request.ip))
    if (leave === undefined) {
      return refuse(reply.header('retry-after', '1'), 'QUERY_TOO_COMPLEX', `More than ${operationsMax} operations of yours are under way. Wait for some of them.`, 429)
    }
    try {
      return await send(reply, request, context, await server.executeHTTPGraphQLRequest({ httpGraphQLRequest: toHttpRequest(request, parsed), context: () => Promise.resolve(context) }), splice)
    } finally {
      leave()
    }
  }
}

async function send(reply: FastifyReply, request: FastifyRequest, { viewer }: Context, { status = 200, headers, body }: HTTPGraphQLResponse, splice: Splice): Promise<FastifyReply> {
  for (const [name, value] of headers) if (name !== 'content-length') reply.header(name, value)
  reply.header('cache-control', 'private, no-store').status(status)
  if (body.kind !== 'complete') return reply.send(Readable.from(body.asyncIterator))
  if (status >= 400) return reply.status(statusNotBegun(headers.get('content-type') ?? '', codeOf(body.string)) ?? status).send(body.string)
  const content = [...pieces(splice, body.string)]
  if (request.method === 'GET' && viewer.subject === undefined && !body.string.startsWith('{"errors"')) {
    const etag = etagOf(content)
    reply.header('cache-control', 'public, no-cache').header('vary', 'accept, authorization, origin').header('etag', etag)
    if (isKnown(request.headers['if-none-match'], etag)) return reply.status(304).send()
  }
  return reply.send(Readable.from(content, { objectMode: false }))
}

function* pieces(splice: Splice, body: string): Generator<Buffer> {
  for (const piece of splice.pieces(body)) if (piece !== '') yield Buffer.from(piece)
}

/** The code of the first error of an answer without data. */
function codeOf(body: string): string | undefined {
  const { errors } = JSON.parse(body) as { errors?: { extensions?: { code?: string } }[] }
  return errors?.[0]?.extensions?.code
}

/** The document that a request brings; empty where it names one by its hash. */
function documentOf({ method, url }: FastifyRequest, body: unknown): string {
  const query = method === 'GET' ? new URLSearchParams(url.slice(url.indexOf('?') + 1)).get('query') : (body as { query?: unknown } | undefined | null)?.query
  return typeof query === 'string' ? query : ''
}

function mediaTypeFor({ headers }: FastifyRequest): string {
  return /application\/graphql-response\+json/i.test(headers.accept ?? '') ? 'application/graphql-response+json' : 'application/json'
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
  if (isPlainGet(request.method, request.headers)) headers.set('apollo-require-preflight', 'not needed')
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
