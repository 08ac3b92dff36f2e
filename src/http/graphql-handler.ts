import { Readable } from 'node:stream'
import { type ApolloServer, type HTTPGraphQLRequest, type HTTPGraphQLResponse, HeaderMap } from '@apollo/server'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Context } from '../api/context.js'
import { scanRequest } from '../api/limits/scan-request.js'
import { Splice } from '../api/splice.js'
import { DialsError, SourceTimeout } from '../errors.js'
import { endOf } from './answer-end.js'
import { type ContextOf, contextOrError, refuse } from './begin-operation.js'
import type { Clients } from './clients.js'
import { purposeOf } from './purpose.js'
import { codingFor, codings, packed } from './content-coding.js'
import { isPlainGet } from './cross-site.js'
import { etagOf, isKnown } from './etag.js'
import { statusNotBegun } from './response-status.js'
import type { Telemetry } from '../telemetry/telemetry.js'

/** Milliseconds that an operation may take; a query's own `timeoutMs` ends it sooner. */
export const operationMsMax = 150_000
/** Milliseconds to wait after the signal for the answer; then the operation is abandoned. */
const endMsMax = 2_000

/** What the handler needs; `clients` is shared with the other transports. */
export interface GraphqlHandlerOptions {
  readonly contextOf: ContextOf
  readonly clients: Clients
  readonly telemetry: Telemetry
  /** Milliseconds that an operation may take. Default: operationMsMax. */
  readonly operationMs?: number
}

/** An answer of at most so many bytes is written at once; a larger one is streamed as the client reads. */
const oneWriteBytesMax = 2 * 1024 * 1024

/** A smaller answer is not compressed: it fits the few packets that are sent in any case. */
const compressedFrom = 4096

/** GraphQL over HTTP (POST and GET), with rows spliced into the response as text. */
export function graphqlHandler(
  server: ApolloServer<Context>,
  { contextOf, clients, telemetry, operationMs = operationMsMax }: GraphqlHandlerOptions,
) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const started = performance.now()
    const refuseWith = (error: DialsError): FastifyReply => {
      telemetry.metrics.operation({ kind: 'unknown', codes: [error.code], durationMs: performance.now() - started })
      return refuse(reply, error)
    }
    const { signal, closed } = endOf(reply, operationMs)
    const text = typeof request.body === 'string' ? request.body : ''
    const excess = await scanRequest(text)
    if (excess !== undefined) return refuseWith(excess)
    const body = parseBody(text)
    if (body === invalid) return refuseWith(new DialsError('BAD_REQUEST', 'The body is not JSON.'))

    const splice = new Splice()
    const making = async () =>
      contextOf(request.raw.headersDistinct['authorization'], signal, request.ip, { splice, purpose: purposeOf(request, body) })
    const context = await contextOrError(making())
    if (context instanceof DialsError) return refuseWith(context)
    const leave = await clients.enter(context.viewer, request.ip, signal)
    if (leave instanceof DialsError) return refuseWith(leave)
    const httpGraphQLRequest = toHttpRequest(request, body)
    const answering = server.executeHTTPGraphQLRequest({ httpGraphQLRequest, context: () => Promise.resolve(context) })
    // An answer that its client does not read is still under way: it occupies memory.
    void Promise.allSettled([answering, closed]).then(leave)
    const answer = await within(operationMs + endMsMax, answering)
    if (answer !== undefined) return send(reply, request, context, answer, splice)
    return refuseWith(new SourceTimeout(`The operation took longer than ${operationMs / 1000} s and was abandoned. Ask for less at once.`))
  }
}

/** The promised value, or undefined if it takes longer. */
function within<T>(ms: number, promise: Promise<T>): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(undefined), ms)
    void promise.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

async function send(
  reply: FastifyReply,
  request: FastifyRequest,
  { viewer }: Context,
  { status = 200, headers, body }: HTTPGraphQLResponse,
  splice: Splice,
): Promise<FastifyReply> {
  for (const [name, value] of headers) if (name !== 'content-length') reply.header(name, value)
  reply.header('cache-control', 'private, no-store').status(status)
  if (body.kind !== 'complete') return reply.send(Readable.from(body.asyncIterator))
  if (status >= 400) return reply.status(statusNotBegun(headers.get('content-type') ?? '', codeOf(body.string)) ?? status).send(body.string)
  const content = [...splice.pieces(body.string)]
  const bytes = content.reduce((sum, piece) => sum + piece.length, 0)
  const coding = bytes < compressedFrom ? 'identity' : codingFor(request.headers['accept-encoding'], codings)
  if (request.method === 'GET' && viewer.subject === undefined && !body.string.startsWith('{"errors"')) {
    // Weak where the same content may have other bytes.
    const etag = etagOf(content)
    reply
      .header('cache-control', 'public, no-cache')
      .header('vary', 'accept, accept-encoding, authorization, origin')
      .header('etag', coding === 'identity' ? etag : `W/${etag}`)
    if (isKnown(request.headers['if-none-match'], etag)) return reply.status(304).send()
  }
  if (coding !== 'identity') return reply.header('content-encoding', coding).send(packed(content, coding))
  return reply.send(bytes <= oneWriteBytesMax ? Buffer.concat(content) : packed(content, coding))
}

/** The code of the first error of an answer without data. */
function codeOf(body: string): string | undefined {
  const { errors } = JSON.parse(body) as { errors?: { extensions?: { code?: string } }[] }
  return errors?.[0]?.extensions?.code
}

const invalid = Symbol('not JSON')

function parseBody(body: string): unknown {
  if (body === '') return undefined
  try {
    return JSON.parse(body) as unknown
  } catch {
    return invalid
  }
}

function toHttpRequest(request: FastifyRequest, body: unknown): HTTPGraphQLRequest {
  const headers = new HeaderMap()
  if (isPlainGet(request.method, request.headers)) headers.set('apollo-require-preflight', 'not needed')
  for (const [name, value] of Object.entries(request.headers))
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value)
  const question = request.url.indexOf('?')
  return { method: request.method, headers, search: question === -1 ? '' : request.url.slice(question), body }
}
