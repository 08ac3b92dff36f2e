import { AsyncLocalStorage } from 'node:async_hooks'
import type { Context } from '@opentelemetry/api'

/** What is recorded of one HTTP request while it runs. Holds no token, no query text and no value of any row. */
export interface RequestRecord {
  /** The client's `x-request-id` if it has a safe form, else one made here. */
  readonly id: string
  /** Codes of the errors in the answer. */
  readonly codes: Set<string>
  /** From the viewer, once that is known. */
  authenticated: boolean
  organisation: string | undefined
  /** The parent of this request's spans: first the request's own span, then its operation's. Absent without tracing. */
  trace: Context | undefined
}

/** The record of a new request. */
export function newRequest(id: string): RequestRecord {
  return { id, codes: new Set(), authenticated: false, organisation: undefined, trace: undefined }
}

const current = new AsyncLocalStorage<RequestRecord>()

/** The record of the request that this code runs for; undefined outside of one. */
export function currentRequest(): RequestRecord | undefined {
  return current.getStore()
}

/** What the log states of a request: whether it is authenticated and for which organisation, but not who it is. */
export function loggedFields(record: RequestRecord | undefined): object {
  if (record === undefined) return {}
  const { id, codes, authenticated, organisation } = record
  return { request: id, codes: [...codes], authenticated, ...(organisation === undefined ? {} : { organisation }) }
}

/** Runs work, and everything that it starts, with a request's record. */
export function forRequest<T>(record: RequestRecord, work: () => T): T {
  return current.run(record, work)
}
