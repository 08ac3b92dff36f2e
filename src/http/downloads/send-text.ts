import { pipeline, Readable } from 'node:stream'
import { createGzip, constants } from 'node:zlib'
import accepts from 'accepts'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FramedText } from './formats.js'

/** Whether a client takes its answer as gzip, by Accept-Encoding. */
export function takesGzip(request: FastifyRequest): boolean {
  return accepts(request.raw).encoding(['gzip', 'identity']) === 'gzip'
}

/**
 * Sends rows as text while they are written. What fails meanwhile destroys the connection: no short file looks whole.
 */
export function sendText(
  reply: FastifyReply,
  pieces: AsyncIterable<Uint8Array>,
  { head, tail, skip }: FramedText,
  gzip: boolean,
): FastifyReply {
  async function* framed(): AsyncGenerator<Uint8Array> {
    let skipped = false
    if (head !== '') yield Buffer.from(head)
    for await (const piece of pieces) {
      yield skipped ? piece : piece.subarray(skip)
      skipped = true
    }
    if (tail !== '') yield Buffer.from(tail)
  }
  return sendPieces(reply, framed(), gzip)
}

/** Sends bytes while they are made. What fails meanwhile destroys the connection. */
export function sendPieces(reply: FastifyReply, pieces: AsyncIterable<Uint8Array>, gzip: boolean): FastifyReply {
  const plain = Readable.from(pieces, { objectMode: false, highWaterMark: 64 * 1024 })
  if (!gzip) return reply.send(plain)
  const packed = createGzip({ level: constants.Z_BEST_SPEED })
  // The stream that is sent fails with it, and says so.
  pipeline(plain, packed, () => undefined)
  return reply.header('content-encoding', 'gzip').send(packed)
}
