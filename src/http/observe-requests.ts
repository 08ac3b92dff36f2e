import { randomUUID } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Log } from '../connector/source.js'
import { forRequest, newRequest, type RequestRecord, toldOf } from '../telemetry/request-record.js'
import type { Telemetry } from '../telemetry/telemetry.js'

/** What of a client's own ids goes into our logs and its answer. */
const saneId = /^[\w-]{8,64}$/

/**
 * Gives every request an id, answered as `x-request-id`; counts what is under way; and of each request to /graphql makes a span and one
 * line of the log. Neither holds a token, the text of a query, a variable or a value.
 */
export function observeRequests(app: FastifyInstance, { metrics, traces }: Telemetry, log: Log): void {
  const records = new WeakMap<FastifyRequest, RequestRecord>()

  app.addHook('onRequest', (request, reply, done) => {
    const record = newRequest(idOf(request))
    records.set(request, record)
    reply.header('x-request-id', record.id)
    const finished = metrics.request()
    const started = performance.now()
    const isGraph = /^\/graphql(\/|$)/.test(request.routeOptions.url ?? '')
    const span = isGraph ? traces?.request(request.method, request.routeOptions.url ?? '', request.headers['traceparent']) : undefined
    record.trace = span?.context
    // Unlike Fastify's own hooks this comes also when the client has gone.
    reply.raw.once('close', () => {
      finished()
      const [code = reply.statusCode >= 500 ? 'INTERNAL_SERVER_ERROR' : undefined] = record.codes
      span?.end(code, { 'http.response.status_code': reply.statusCode, 'dials.request_id': record.id })
      if (isGraph) log.info({ ...told(request, reply, record), durationMs: Math.round(performance.now() - started) }, 'request')
    })
    done()
  })

  // Once the body is read: until then the code that runs is the socket's.
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

function told(request: FastifyRequest, reply: FastifyReply, record: RequestRecord): object {
  return { ...toldOf(record), method: request.method, status: reply.statusCode, ...(reply.raw.writableFinished ? {} : { left: true }) }
}

/** Of an answer that is an error of the HTTP layer itself. */
function codesOf(payload: unknown): string[] {
  const { errors } = (payload ?? {}) as { errors?: unknown }
  if (!Array.isArray(errors)) return []
  return errors.flatMap((error: { extensions?: { code?: unknown } }) =>
    typeof error.extensions?.code === 'string' ? [error.extensions.code] : [],
  )
}
