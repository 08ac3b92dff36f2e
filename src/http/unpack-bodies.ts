import { pipeline } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import type { FastifyInstance } from 'fastify'
import { BadRequest } from '../net/bad-request.js'

/** Content codings of request bodies (RFC 9110, 8.4.1). */
const codings: Readonly<Record<string, () => ReturnType<typeof createGunzip>>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
}

/**
 * Decompresses request bodies. Fastify counts the decompressed bytes and stops at its limit, so they are bounded like any other body. A body in
 * another coding is 415, and `Accept-Encoding` lists those that are read (RFC 9110, 15.5.16).
 */
export function unpackBodies(app: FastifyInstance): void {
  app.addHook('preParsing', (request, reply, payload, done) => {
    const coding = request.headers['content-encoding']?.trim().toLowerCase()
    if (coding === undefined || coding === '' || coding === 'identity') return done(null, payload)
    const open = Object.hasOwn(codings, coding) ? codings[coding] : undefined
    if (open === undefined) {
      reply.header('accept-encoding', 'gzip, deflate, br')
      return done(new BadRequest(415, 'The body has a content coding that is not read here. Send it plain, or as gzip, deflate or br.'))
    }
    const unpacked = Object.assign(open(), { receivedEncodedLength: 0 })
    payload.on('data', (chunk: Buffer) => (unpacked.receivedEncodedLength += chunk.length))
    // Fastify learns of a failure from the stream's error, which has to carry the status.
    const bare = unpacked.destroy.bind(unpacked)
    unpacked.destroy = (error?: Error) =>
      bare(error === undefined ? undefined : new BadRequest(400, 'The body is not what its content coding says.', { cause: error }))
    pipeline(payload, unpacked, () => undefined)
    // The header has the compressed length, and Fastify would compare it with the decompressed one.
    delete request.headers['content-length']
    return done(null, unpacked)
  })
}
