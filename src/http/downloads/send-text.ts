import type { FastifyReply, FastifyRequest } from 'fastify'
import { codingFor, packed } from '../content-coding.js'
import type { FramedText } from './formats.js'

/** Whether a client takes its answer as gzip, by Accept-Encoding. */
export function takesGzip(request: FastifyRequest): boolean {
  return codingFor(request.headers['accept-encoding'], ['gzip']) === 'gzip'
}

/** Pieces of which the first was read already. */
export async function* resumed<T>(
  first: IteratorResult<Uint8Array, T>,
  pieces: AsyncGenerator<Uint8Array, T>,
): AsyncGenerator<Uint8Array, T> {
  try {
    let next = first
    for (; next.done !== true; next = await pieces.next()) yield next.value
    return next.value
  } finally {
    await pieces.return(undefined as never)
  }
}

/** Rows as text, with what stands before and after them. */
export async function* framedText<T>(
  pieces: AsyncGenerator<Uint8Array, T>,
  { head, tail, skip }: FramedText,
): AsyncGenerator<Uint8Array, T> {
  let skipped = false
  try {
    if (head !== '') yield Buffer.from(head)
    let next = await pieces.next()
    for (; next.done !== true; next = await pieces.next()) {
      yield skipped ? next.value : next.value.subarray(skip)
      skipped = true
    }
    if (tail !== '') yield Buffer.from(tail)
    return next.value
  } finally {
    await pieces.return(undefined as never)
  }
}

/** Sends bytes while they are made. What fails meanwhile destroys the connection: no short file looks whole. */
export function sendPieces(reply: FastifyReply, pieces: AsyncIterable<Uint8Array>, gzip: boolean): FastifyReply {
  if (gzip) reply.header('content-encoding', 'gzip')
  return reply.send(packed(pieces, gzip ? 'gzip' : 'identity'))
}
