import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { BadRequest } from './bad-request.js'

/**
 * Has the server's error handler answer what no route takes. An address that is not there is 404, and a method that an address does not have
 * is 405, with `Allow` (RFC 9110, 15.5.6), before its body is read.
 * @returns a function to call after the last route. Routes from before are passed over: each method that they do not have is 404.
 */
export function answerElsewhere(app: FastifyInstance): () => void {
  const methodsOf = new Map<string, Set<string>>()
  app.addHook('onRoute', ({ url, method }) => {
    methodsOf.set(url, new Set([...(methodsOf.get(url) ?? []), ...[method].flat()]))
  })
  app.setNotFoundHandler(({ method }) => {
    if (!app.supportedMethods.includes(method)) throw new BadRequest(501, 'This server has no such method.')
    throw new BadRequest(404, 'There is nothing at this address. Capital and small letters differ in it.')
  })
  return () => {
    for (const [url, methods] of [...methodsOf]) {
      const allow = [...methods].join(', ')
      const refuse = async (_request: FastifyRequest, reply: FastifyReply): Promise<never> => {
        reply.header('allow', allow)
        throw new BadRequest(405, `This address has no such method. It has ${allow}.`)
      }
      app.route({ method: app.supportedMethods.filter((each) => !methods.has(each)), url, onRequest: refuse, handler: refuse })
    }
  }
}

/** What Fastify refuses before it looks for a route, in words for the client. */
export function unreadableAddress({ statusCode }: FastifyError): BadRequest {
  return statusCode === 414
    ? new BadRequest(414, 'A part of the address is longer than any that this server has.')
    : new BadRequest(400, 'The address is not in UTF-8, percent-encoded: %C3%A9 is é, and %25 is %.')
}
