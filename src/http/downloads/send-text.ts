import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Coding, codingFor, codings, packed } from '../content-coding.js'
import type { FramedText } from './formats.js'

/** The codings of a download: br is slower than the engine writes. */
const ours = codings.filter((coding) => coding !== 'br')

/** In which coding a client takes a download, by Accept-Encoding. */
export function downloadCoding(request: FastifyRequest): Coding | 'identity' {
  return codingFor(request.headers['accept-encoding'], ours)
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
export function sendPieces(reply: FastifyReply, pieces: AsyncIterable<Uint8Array>, coding: Coding | 'identity'): FastifyReply {
  if (coding !== 'identity') reply.header('content-encoding', coding)
  return reply.send(packed(pieces, coding))
}
