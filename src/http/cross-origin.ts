import cors, { type FastifyCorsOptions } from '@fastify/cors'
import type { FastifyInstance } from 'fastify'
import { isGraph } from './json-only.js'

/** Whether pages of an origin may use the graph: of a configured origin, or of the hub itself. */
export function isAllowed(origin: string, host: string | undefined, origins: readonly string[]): boolean {
  return (
    origins.includes('*') ||
    origins.includes(origin) ||
    (host !== undefined && /^https?:\/\//.test(origin) && origin.replace(/^https?:\/\//, '') === host)
  )
}

/**
 * CORS for the configured origins (https://fetch.spec.whatwg.org/#http-cors-protocol), at the graph alone: pages need nothing else of the
 * hub. Without credentials, because the page sends its token itself, and the browser sends nothing on its own.
 */
export function crossOrigin(app: FastifyInstance, origins: readonly string[]): void {
  if (origins.length === 0) return
  const ofGraph: FastifyCorsOptions = {
    origin: origins.includes('*') ? '*' : [...origins],
    methods: ['GET', 'HEAD', 'POST'],
    allowedHeaders: [
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
    ],
    exposedHeaders: [
      ...['etag', 'retry-after', 'x-request-id', 'link', 'dials-result', 'content-disposition'],
      ...['accept-ranges', 'content-range', 'content-location'],
    ],
    maxAge: 3600,
  }
  void app.register(cors, { delegator: (request, done) => done(null, isGraph(request.url ?? '') ? ofGraph : { origin: false }) })
}
