import { open } from 'node:fs/promises'
import type { FastifyReply, FastifyRequest } from 'fastify'
import parseRange from 'range-parser'
import { DialsError } from '../../errors.js'
import { isKnown } from '../etag.js'
import type { Landed } from './landed-parquet.js'
import { problem } from './problem.js'

/**
 * Sends a file, or the one range of it that is asked for (RFC 9110, 14). Several ranges at once are answered with the whole file, as the
 * standard allows: each of them could be asked for alone.
 */
export async function sendFile(request: FastifyRequest, reply: FastifyReply, landed: Landed): Promise<FastifyReply> {
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
    const stream = handle.createReadStream({ start, end, highWaterMark: 256 * 1024 })
    stream.once('close', done)
    return await reply.send(stream)
  } catch (thrown) {
    done()
    throw thrown
  }
}

/** The range to send. Undefined for the whole file: without a range, with a malformed one, with several, or where the file is another. */
function rangeOf(request: FastifyRequest, etag: string, bytes: number): { start: number; end: number } | 'unsatisfiable' | undefined {
  const { range, 'if-range': ifRange } = request.headers
  if (typeof range !== 'string' || (ifRange !== undefined && ifRange !== etag)) return undefined
  const ranges = parseRange(bytes, range)
  if (ranges === -1) return 'unsatisfiable'
  if (ranges === -2 || ranges.type !== 'bytes' || ranges.length !== 1) return undefined
  return ranges[0]
}
