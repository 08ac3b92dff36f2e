import type { FastifyReply, FastifyRequest } from 'fastify'
import type { DialsError } from '../errors.js'
import { isDownload, isGraph } from './addresses.js'
import { refuse } from './begin-operation.js'
import { problem } from './problem.js'

/** Answers with an error in the form of the address: the graph's at its own, and a problem (RFC 9457) everywhere else. */
export function refuseAt({ url }: FastifyRequest, reply: FastifyReply, error: DialsError, status?: number): FastifyReply {
  return isGraph(url) && !isDownload(url) ? refuse(reply, error, status) : problem(reply, error, status)
}
