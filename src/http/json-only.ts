import type { FastifyReply, FastifyRequest } from 'fastify'
import { BadRequest } from '../net/bad-request.js'

/** The media type with any parameters (RFC 8259 defines none, and clients send malformed ones), but no list of types. */
const json = /^application\/json\s*(;[^,]*)?$/i
const otherCharset = /;\s*charset\s*=\s*(?!"?utf-?8\b)/i

/**
 * Refuses a POST that is not JSON with 415, before its body is read: a hook of every route of the graph and its downloads. A page of another
 * site can send other types without a preflight (https://fetch.spec.whatwg.org/#cors-safelisted-request-header).
 */
export async function jsonOnly({ method, raw }: FastifyRequest, _reply: FastifyReply): Promise<void> {
  if (method !== 'POST') return
  const types = raw.headersDistinct['content-type'] ?? []
  const [type = ''] = types
  if (types.length === 1 && json.test(type) && !otherCharset.test(type)) return
  throw new BadRequest(415, 'The body has to be JSON: send it with the one header content-type: application/json.')
}
