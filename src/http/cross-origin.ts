import cors, { type FastifyCorsOptions } from '@fastify/cors'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { IncomingHttpHeaders } from 'node:http'
import type { Log } from '../connector/source.js'
import { toldSeldom } from '../net/told-seldom.js'
import { isGraph } from './addresses.js'

/** In the configuration: the pages of the machine that the browser runs on, at any port. */
export const loopback = 'loopback'
const loopbackOrigin = /^https?:\/\/(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/

const methods = ['GET', 'HEAD', 'POST']
const allowedHeaders = [
  'authorization',
  'content-type',
  'purpose',
  'apollo-require-preflight',
  'x-apollo-operation-name',
  'x-request-id',
  'traceparent',
  'range',
  'if-none-match',
  'if-range',
]
/** Browsers send these without asking (https://fetch.spec.whatwg.org/#cors-safelisted-request-header). */
const plainHeaders = ['accept', 'accept-language', 'content-language']

/** Whether pages of an origin may use the graph: of a configured origin, or of the hub itself. */
export function isAllowed(origin: string, host: string | undefined, origins: readonly string[]): boolean {
  return (
    origins.includes('*') ||
    origins.includes(origin) ||
    (origins.includes(loopback) && loopbackOrigin.test(origin)) ||
    (host !== undefined && /^https?:\/\//.test(origin) && origin.replace(/^https?:\/\//, '') === host)
  )
}

/**
 * CORS for the configured origins (https://fetch.spec.whatwg.org/#http-cors-protocol), at the graph alone: pages need nothing else of the
 * hub. Without credentials, because the page sends its token itself, and the browser sends nothing on its own.
 */
export function crossOrigin(app: FastifyInstance, origins: readonly string[], log: Log): void {
  const tell = toldSeldom(log)
  app.addHook('onRequest', (request, _reply, done) => {
    const why = request.method === 'OPTIONS' ? preflightRefusal(request.url, request.headers, origins) : undefined
    if (why !== undefined) tell(`a preflight is refused: ${why.reason}`, why.fields)
    done()
  })
  if (origins.length === 0) return
  const ofGraph: FastifyCorsOptions = {
    origin: origins.includes('*') ? '*' : origins.map((origin) => (origin === loopback ? loopbackOrigin : origin)),
    methods,
    allowedHeaders,
    exposedHeaders: [
      ...['etag', 'retry-after', 'x-request-id', 'link', 'dials-result', 'dials-receipt', 'content-disposition'],
      ...['accept-ranges', 'content-range', 'content-location'],
    ],
    maxAge: 3600,
  }
  const isAnswered = ({ url, method, headers }: FastifyRequest) =>
    isGraph(url) && (method !== 'OPTIONS' || (headers.origin !== undefined && headers['access-control-request-method'] !== undefined))
  void app.register(cors, { delegator: (request: FastifyRequest, done) => done(null, isAnswered(request) ? ofGraph : { origin: false }) })
}

/**
 * Why a browser will not let a page go on after its preflight, for the log. The browser tells the page's author little, and nothing of the
 * hub. Undefined where it may go on, and for what is no preflight.
 */
export function preflightRefusal(
  url: string,
  headers: IncomingHttpHeaders,
  origins: readonly string[],
): { reason: string; fields: Record<string, string> } | undefined {
  const { origin, host, 'access-control-request-method': method, 'access-control-request-headers': wanted = '' } = headers
  if (origin === undefined || method === undefined) return undefined
  const fields = { origin: origin.slice(0, 200) }
  if (!isGraph(url)) return { reason: 'pages of other origins may use /graphql, /query and /tables alone', fields }
  if (!isAllowed(origin, host, origins)) return { reason: 'its origin is not among cors.origins in hub.yaml', fields }
  if (!methods.includes(method))
    return { reason: `its method is none of ${methods.join(', ')}`, fields: { ...fields, asked: method.slice(0, 20) } }
  const names = wanted.split(',').map((name) => name.trim().toLowerCase())
  const unknown = names.find((name) => name !== '' && !allowedHeaders.includes(name) && !plainHeaders.includes(name))
  return unknown === undefined
    ? undefined
    : { reason: 'it asks for a header that pages may not send', fields: { ...fields, asked: unknown.slice(0, 100) } }
}
