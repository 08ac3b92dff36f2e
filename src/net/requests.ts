import { type Readable, Transform, type TransformCallback } from 'node:stream'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { holderOf } from './holder-of.js'
import type { ServerLimits } from './limits.js'
import { Shares } from './shares.js'
import { TooBusy } from './too-busy.js'

/** A body's stream, with the length that Fastify compares with that of the head. */
type Body = Readable & { receivedEncodedLength?: number }

/** Refuses requests, and bodies, beyond the limits of what is under way. The address is `request.ip`, also behind a trusted proxy. */
export function boundRequests(app: FastifyInstance, limits: ServerLimits, tell: (message: string) => void): void {
  const requests = new Shares(limits.requestsOfAddress, limits.requests)
  const bytes = new Shares(limits.bodyBytesOfAddress, limits.bodyBytes)
  const refusal = (reply: FastifyReply, whose: 'each' | 'all', what: string): TooBusy => {
    tell(`${what} beyond the limit of ${whose === 'each' ? 'one address' : 'all clients'} were refused`)
    if (!reply.raw.headersSent) reply.header('retry-after', '1')
    const of = whose === 'each' ? ' of your address' : ''
    return new TooBusy(whose, `Too many ${what}${of} are under way. Try again in a moment.`)
  }

  app.addHook('onRequest', (request, reply, done) => {
    const holder = holderOf(request.ip)
    const passed = requests.take(holder)
    if (passed !== undefined) return done(refusal(reply, passed, 'requests'))
    reply.raw.once('close', () => requests.give(holder))
    return done()
  })

  app.addHook('preParsing', (request, reply, payload: Body, done) => {
    const { 'content-length': length, 'transfer-encoding': transfer } = request.headers
    const hasBody = transfer !== undefined || (length !== undefined && length !== '0') || payload !== request.raw
    // Nobody reads the body of a GET; Node throws it away.
    if (!hasBody || request.method === 'GET' || request.method === 'HEAD') return done(null, payload)
    const holder = holderOf(request.ip)
    let held = 0
    let isOver = false
    const transform = (chunk: Buffer, _encoding: BufferEncoding, next: TransformCallback) => {
      if (isOver) return next()
      const passed = bytes.take(holder, chunk.length)
      if (passed !== undefined) return next(refusal(reply, passed, 'bytes of bodies'))
      held += chunk.length
      return next(null, chunk)
    }
    const counted: Body = payload.pipe(new Transform({ transform }))
    Object.defineProperty(counted, 'receivedEncodedLength', { get: () => payload.receivedEncodedLength ?? held })
    payload.once('error', (error) => counted.destroy(error))
    // Fastify hears of an error only as long as it reads.
    counted.on('error', () => undefined)
    reply.raw.once('close', () => {
      isOver = true
      bytes.give(holder, held)
    })
    // What is left of a body once it is answered is thrown away, or its connection would wait for a reader.
    reply.raw.once('finish', () => request.raw.unpipe().resume())
    return done(null, counted as never)
  })
}
