import type { FastifyReply, FastifyRequest } from 'fastify'
import { codingFor, packed } from '../content-coding.js'
import type { FramedText } from './formats.js'

/** Whether a client takes its answer as gzip, by Accept-Encoding. */
export function takesGzip(request: FastifyRequest): boolean {
  return codingFor(request.headers['accept-encoding'], ['gzip']) === 'gzip'
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
  if (gzip) reply.header('content-encoding', 'gzip')
  return reply.send(packed(pieces, gzip ? 'gzip' : 'identity'))
}
