import type { FastifyReply } from 'fastify'
import type { GraphQLFormattedError } from 'graphql'
import type { Context } from '../api/context.js'
import type { Splice } from '../api/splice.js'
import { databaseError } from '../database/database-error.js'
import { DialsError, toDialsError } from '../errors.js'
import type { OperationEnd } from '../telemetry/metrics.js'
import type { Telemetry } from '../telemetry/telemetry.js'
import { watchOperation } from '../telemetry/watch-operation.js'
import { BadRequest } from '../net/bad-request.js'
import { TooBusy } from '../net/too-busy.js'
import type { Clients } from './clients.js'

/** An operation that counts among those of its client until it ends. */
export interface BegunOperation {
  /** Frees its place, and records how it went. Only the first call counts. */
  end(kind: OperationEnd['kind'], errors: readonly GraphQLFormattedError[]): void
}

/**
 * Begins an operation of a stream, from a client at this address, once it has its place. Resolves to the error if too many wait for theirs,
 * or if the signal ends first.
 */
export async function beginOperation(
  { viewer }: Context,
  address: string,
  clients: Clients,
  telemetry: Telemetry,
  signal: AbortSignal,
): Promise<BegunOperation | DialsError> {
  const record = watchOperation(telemetry, viewer)
  const leave = await clients.enter(viewer, address, signal)
  if (leave instanceof DialsError) {
    record('unknown', [bodyOf(leave)])
    return leave
  }
  let isOver = false
  return {
    end(kind, errors) {
      if (isOver) return
      isOver = true
      leave()
      record(kind, errors)
    },
  }
}

/**
 * Makes the context of one request from its Authorization headers and its client's address. The signal ends when the client goes away.
 */
export type ContextOf = (
  authorization: readonly string[] | undefined,
  signal: AbortSignal,
  address: string,
  how?: RequestHow,
) => Promise<Context>

/** What else there is to a request: what carries its rows around GraphQL, and the IRI of the purpose that it confirms. */
export interface RequestHow {
  readonly splice?: Splice
  readonly purpose?: string | undefined
}

/** The context of an HTTP request, or the error that it is refused with: an invalid token, or a database that is down. */
export async function contextOrError(making: Promise<Context>): Promise<Context | DialsError> {
  return making.catch((thrown: unknown) => toDialsError(databaseError(thrown)))
}

/** Answers a request whose operation does not begin with the errors of the graph. */
export function refuse(reply: FastifyReply, error: DialsError, status = statusOf(error)): FastifyReply {
  if (error instanceof TooBusy) reply.header('retry-after', '1')
  return reply
    .status(status)
    .header('cache-control', 'private, no-store')
    .send({ errors: [bodyOf(error)] })
}

function bodyOf({ code, message }: DialsError): GraphQLFormattedError {
  return { message, extensions: { code } }
}

function statusOf(error: DialsError): number {
  if (error instanceof TooBusy || error instanceof BadRequest) return error.statusCode
  if (error.code === 'UNAUTHENTICATED') return 401
  if (error.code === 'SOURCE_TIMEOUT') return 504
  return ['BAD_REQUEST', 'BAD_USER_INPUT', 'QUERY_TOO_COMPLEX'].includes(error.code) ? 400 : 503
}
