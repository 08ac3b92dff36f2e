import type { Viewer } from '../../../src/identity/viewer.js'
import type { PolicyRequest } from '../../../src/policy/request.js'

/** What stage 3 is asked where there are no agreements. */
export function withoutAgreements({ organisation }: Viewer): PolicyRequest {
  return { organisation, purpose: undefined, agreements: [], purposes: new Map(), now: Date.now() }
}
