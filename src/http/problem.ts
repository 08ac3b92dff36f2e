import { STATUS_CODES } from 'node:http'
import type { FastifyReply } from 'fastify'
import type { DialsError, ErrorCode } from '../errors.js'
import { BadRequest } from '../net/bad-request.js'
import { TooBusy } from '../net/too-busy.js'

/** The status of a refusal, by the code of the graph. All others are 400. */
const statuses: Partial<Record<ErrorCode, number>> = {
  UNKNOWN_TABLE: 404,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  PURPOSE_REQUIRED: 403,
  PURPOSE_NOT_PERMITTED: 403,
  AGREEMENT_REQUIRED: 403,
  VERSION_CHANGED: 409,
  RESULT_TOO_LARGE: 422,
  SOURCE_UNAVAILABLE: 503,
  AUDIT_UNAVAILABLE: 503,
  SOURCE_TIMEOUT: 504,
  INTERNAL_SERVER_ERROR: 500,
}

/** Answers with a problem (RFC 9457) that has the members of an error of the graph. */
export function problem(reply: FastifyReply, error: DialsError, status = statusOf(error)): FastifyReply {
  if (error instanceof TooBusy) reply.header('retry-after', '1')
  if (status === 401) reply.header('www-authenticate', 'Bearer')
  // They were meant for the file.
  const ofFile = ['content-disposition', 'content-encoding', 'content-location', 'dials-result', 'dials-receipt', 'etag', 'link']
  for (const header of ofFile) reply.removeHeader(header)
  return reply.status(status).header('cache-control', 'private, no-store').type(problemType).send(problemOf(error, status))
}

/** The media type of problems. */
export const problemType = 'application/problem+json'

/** An error as a problem. */
export function problemOf({ code, message: detail, inputPath, suggestions, transaction }: DialsError, status: number): object {
  return { type: 'about:blank', title: STATUS_CODES[status], status, detail, code, inputPath, suggestions, transaction }
}

function statusOf(error: DialsError): number {
  return error instanceof TooBusy || error instanceof BadRequest ? error.statusCode : (statuses[error.code] ?? 400)
}
