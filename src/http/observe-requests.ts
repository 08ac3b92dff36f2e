import { randomUUID } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Log } from '../connector/source.js'
import { isGraph } from './addresses.js'
import { forRequest, newRequest, type RequestRecord, loggedFields } from '../telemetry/request-record.js'
import type { Telemetry } from '../telemetry/telemetry.js'

/** Request ids of this form are taken from the client; others could inject text into logs. */
const saneId = /^[\w-]{8,64}$/

/**
 * Gives every request an id, answered as `x-request-id`; counts requests under way; and makes a span and a log line of each request to the
 * graph and to its downloads. Neither holds a token, the text of a query, a variable or a value.
 */
export function observeRequests(app: FastifyInstance, { metrics, traces }: Telemetry, log: Log): void {
  const records = new WeakMap<FastifyRequest, RequestRecord>()

  app.addHook('onRequest', (request, reply, done) => {
    const record = newRequest(idOf(request))
    records.set(request, record)
    reply.header('x-request-id', record.id)
    const finished = metrics.request()
    const started = performance.now()
    const { url = '' } = request.routeOptions
    const isTold = isGraph(url)
    const span = isTold ? traces?.request(request.method, url, request.headers['traceparent']) : undefined
    record.trace = span?.context
    // Unlike Fastify's own hooks, this event also comes if the client has gone.
    reply.raw.once('close', () => {
      finished()
      const [code = reply.statusCode >= 500 ? 'INTERNAL_SERVER_ERROR' : undefined] = record.codes
      span?.end(code, { 'http.response.status_code': reply.statusCode, 'dials.request_id': record.id })
      if (isTold) log.info({ ...fieldsOf(request, reply, record), durationMs: Math.round(performance.now() - started) }, 'request')
    })
    done()
  })

  // After the body is read, because until then the code runs in the context of the socket.
  app.addHook('preHandler', (request, _reply, done) => {
    const record = records.get(request)
    if (record === undefined) done()
    else forRequest(record, done)
  })

  app.addHook('preSerialization', (request, _reply, payload, done) => {
    for (const code of codesOf(payload)) records.get(request)?.codes.add(code)
    done(null, payload)
  })
}

function idOf({ headers }: FastifyRequest): string {
  const given = headers['x-request-id']
  return typeof given === 'string' && saneId.test(given) ? given : randomUUID()
}

function fieldsOf(request: FastifyRequest, reply: FastifyReply, record: RequestRecord): object {
  return {
    ...loggedFields(record),
    method: request.method,
    status: reply.statusCode,
    ...(reply.raw.writableFinished ? {} : { left: true }),
  }
}

/** The error codes in an answer of the HTTP layer itself: errors of GraphQL, or a problem. */
function codesOf(payload: unknown): string[] {
  const { errors, code } = (payload ?? {}) as { errors?: unknown; code?: unknown }
  if (!Array.isArray(errors)) return typeof code === 'string' ? [code] : []
  return errors.flatMap((error: { extensions?: { code?: unknown } }) =>
    typeof error.extensions?.code === 'string' ? [error.extensions.code] : [],
  )
}
