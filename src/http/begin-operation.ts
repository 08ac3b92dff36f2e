import type { GraphQLFormattedError } from 'graphql'
import type { Context } from '../api/context.js'
import type { ErrorCode } from '../errors.js'
import type { OperationEnd } from '../telemetry/metrics.js'
import type { Telemetry } from '../telemetry/telemetry.js'
import { watchOperation } from '../telemetry/watch-operation.js'
import { clientOf, type Clients, operationsMax } from './clients.js'

/** An operation that has its place among those of its client. */
export interface BegunOperation {
  /** Gives the place back, and tells how it went. Only the first call counts. */
  end(kind: OperationEnd['kind'], errors: readonly GraphQLFormattedError[]): void
}

/** What an operation of one client too many is told. */
export const tooManyOperations: { readonly code: ErrorCode; readonly message: string } = {
  code: 'QUERY_TOO_COMPLEX',
  message: `More than ${operationsMax} operations of yours are under way. Wait for some of them.`,
}

/** Begins an operation that comes over a stream, from a client at this address. Undefined where the client has too many under way. */
export function beginOperation({ viewer }: Context, address: string, clients: Clients, telemetry: Telemetry): BegunOperation | undefined {
  const told = watchOperation(telemetry, viewer)
  const leave = clients.enter(clientOf(viewer, address))
  if (leave === undefined) {
    told('unknown', [{ message: tooManyOperations.message, extensions: { code: tooManyOperations.code } }])
    return undefined
  }
  let isOver = false
  return {
    end(kind, errors) {
      if (isOver) return
      isOver = true
      leave()
      told(kind, errors)
    },
  }
}
