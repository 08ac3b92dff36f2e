import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Coding, codingFor, codings, packed } from '../content-coding.js'
import type { FramedText } from './formats.js'

/** The codings of a download: br is slower than the engine writes. */
const ours = codings.filter((coding) => coding !== 'br')

/** In which coding a client takes a download, by Accept-Encoding. */
export function downloadCoding(request: FastifyRequest): Coding | 'identity' {
  return codingFor(request.headers['accept-encoding'], ours)
}

/**
 * Sends rows as text while they are written. What fails meanwhile destroys the connection: no short file looks whole.
 */
export function sendText(
  reply: FastifyReply,
  pieces: AsyncIterable<Uint8Array>,
  { head, tail, skip }: FramedText,
  coding: Coding | 'identity',
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
  return sendPieces(reply, framed(), coding)
}

/** Sends bytes while they are made. What fails meanwhile destroys the connection. */
export function sendPieces(reply: FastifyReply, pieces: AsyncIterable<Uint8Array>, coding: Coding | 'identity'): FastifyReply {
  if (coding !== 'identity') reply.header('content-encoding', coding)
  return reply.send(packed(pieces, coding))
}
