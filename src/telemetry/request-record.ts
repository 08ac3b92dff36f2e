import { AsyncLocalStorage } from 'node:async_hooks'
import type { Context } from '@opentelemetry/api'

/** What is known of one HTTP request while it runs. Holds no token, no query text and no value of any row. */
export interface RequestRecord {
  /** The client's `x-request-id` where it is a sane one, else made here. */
  readonly id: string
  /** Codes of the errors that were answered. */
  readonly codes: Set<string>
  /** Of the viewer, once that is known. */
  authenticated: boolean
  organisation: string | undefined
  /** What spans of this request stand below: the request's own span, then its operation's. Absent without tracing. */
  trace: Context | undefined
}

/** A request of this id, of which nothing is known yet. */
export function newRequest(id: string): RequestRecord {
  return { id, codes: new Set(), authenticated: false, organisation: undefined, trace: undefined }
}

const current = new AsyncLocalStorage<RequestRecord>()

/** The request that this code runs for; undefined outside of one. */
export function currentRequest(): RequestRecord | undefined {
  return current.getStore()
}

/** What the log says of a request: that somebody is known, and not who. */
export function toldOf(record: RequestRecord | undefined): object {
  if (record === undefined) return {}
  const { id, codes, authenticated, organisation } = record
  return { request: id, codes: [...codes], authenticated, ...(organisation === undefined ? {} : { organisation }) }
}

/** Runs work, and all that it starts, for a request. */
export function forRequest<T>(record: RequestRecord, work: () => T): T {
  return current.run(record, work)
}
