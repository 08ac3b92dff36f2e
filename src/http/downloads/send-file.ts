import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { DialsError } from '../../errors.js'
import { isKnown } from '../etag.js'
import type { Landed } from './landed-parquet.js'
import { problem } from '../problem.js'

/**
 * Sends a file, or the one range of it that is asked for (RFC 9110, 14). Several ranges at once are answered with the whole file, as the
 * standard allows: each of them could be asked for alone.
 * @param signal ends it in the middle, when the token does or the time is over.
 */
export async function sendFile(request: FastifyRequest, reply: FastifyReply, landed: Landed, signal: AbortSignal): Promise<FastifyReply> {
  const { file, etag } = landed
  reply.header('etag', etag).header('accept-ranges', 'bytes')
  if (isKnown(request.headers['if-none-match'], etag)) return reply.status(304).send()
  const range = rangeOf(request, etag, file.bytes)
  if (range === 'unsatisfiable') {
    reply.header('content-range', `bytes */${file.bytes}`)
    return problem(reply, new DialsError('BAD_REQUEST', `The file has ${file.bytes} bytes, and none of them is in that range.`), 416)
  }
  const { start, end } = range ?? { start: 0, end: file.bytes - 1 }
  if (range !== undefined) reply.status(206).header('content-range', `bytes ${start}-${end}/${file.bytes}`)
  reply.header('content-length', end - start + 1)
  if (request.method === 'HEAD') return reply.send()
  const done = landed.read()
  try {
    const handle = await open(file.path, 'r')
    const stream = createReadStream(file.path, { fd: handle, start, end, highWaterMark: 256 * 1024, signal })
    stream.once('close', done)
    return await reply.send(stream)
  } catch (thrown) {
    done()
    throw thrown
  }
}

/** One range of bytes: from the first to the last, or the last so many. */
const oneRange = /^bytes=\s*(\d{1,15})?-(\d{1,15})?\s*$/i

/** The range to send. Undefined for the whole file: without a range, with a malformed one, with several, or where the file is another. */
function rangeOf(request: FastifyRequest, etag: string, bytes: number): { start: number; end: number } | 'unsatisfiable' | undefined {
  // A range is for GET alone (RFC 9110, 14.2).
  if (request.method === 'HEAD') return undefined
  const { range, 'if-range': ifRange } = request.headers
  if (ifRange !== undefined && ifRange !== etag) return undefined
  const [, from, to] = oneRange.exec(range ?? '') ?? []
  if (from === undefined && to === undefined) return undefined
  const [start, end] = from === undefined ? [bytes - Number(to), bytes - 1] : [Number(from), Number(to ?? bytes - 1)]
  if (from !== undefined && to !== undefined && end < start) return undefined
  if (start >= bytes) return 'unsatisfiable'
  return { start: Math.max(0, start), end: Math.min(end, bytes - 1) }
}
