import type { GraphQLFormattedError } from 'graphql'
import type { Viewer } from '../identity/viewer.js'
import type { OperationEnd } from './metrics.js'
import { currentRequest } from './request-record.js'
import type { Telemetry } from './telemetry.js'

/** Called once, at the end of an operation, with its errors as clients see them. */
export type EndOperation = (kind: OperationEnd['kind'], errors: readonly GraphQLFormattedError[]) => void

/** Watches an operation from now on, for its metrics, its span, and its request's log line. */
export function watchOperation({ metrics, traces }: Telemetry, viewer: Viewer): EndOperation {
  const started = performance.now()
  const record = currentRequest()
  if (record !== undefined) {
    record.authenticated = viewer.subject !== undefined
    record.organisation = viewer.organisation
  }
  const span = traces?.operation()
  return (kind, errors) => {
    const codes = errors.map(({ extensions }) => String(extensions?.['code'] ?? 'INTERNAL_SERVER_ERROR'))
    for (const code of codes) record?.codes.add(code)
    metrics.operation({ kind, codes, durationMs: performance.now() - started })
    span?.end(codes[0], { 'graphql.operation.type': kind })
  }
}
