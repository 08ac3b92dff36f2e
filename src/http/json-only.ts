import type { FastifyInstance } from 'fastify'
import { DialsError } from '../errors.js'
import { refuse } from './begin-operation.js'
import { problem } from './downloads/problem.js'

/** The media type with any parameters (RFC 8259 defines none, and clients send malformed ones), but no list of types. */
const json = /^application\/json\s*(;[^,]*)?$/i
const otherCharset = /;\s*charset\s*=\s*(?!"?utf-?8\b)/i

/** Whether an address, of any method, is one of the graph's or of its downloads. */
export function isGraph(url: string): boolean {
  return /^\/graphql(\/stream)?\/?(\?|$)/.test(url) || isDownload(url)
}

/** Whether an address, of any method, is one of a download or of its report. */
export function isDownload(url: string): boolean {
  return /^\/query(\/|\?|$)|^\/tables\/[^?]/.test(url)
}

/**
 * Refuses a POST to the graph that is not JSON with 415, before its body is read. A page of another site can send other types without a
 * preflight (https://fetch.spec.whatwg.org/#cors-safelisted-request-header).
 */
export function jsonOnly(app: FastifyInstance): void {
  const error = new DialsError('BAD_REQUEST', 'The body has to be JSON: send it with the one header content-type: application/json.')
  app.addHook('onRequest', (request, reply, done) => {
    const types = request.raw.headersDistinct['content-type'] ?? []
    const [type = ''] = types
    const isJson = types.length === 1 && json.test(type) && !otherCharset.test(type)
    const { url = '' } = request.routeOptions
    if (request.method !== 'POST' || !isGraph(url) || isJson) done()
    else if (isDownload(url)) problem(reply, error, 415)
    else refuse(reply, error, 415)
  })
}
