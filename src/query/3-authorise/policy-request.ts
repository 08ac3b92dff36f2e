import type { Viewer } from '../../identity/viewer.js'
import type { SignedAgreement } from '../../policy/agreement.js'
import type { PurposeTree } from '../../policy/purposes.js'
import type { PolicyRequest } from '../../policy/request.js'
import type { BoundQuery } from '../2-bind/bound-query.js'

/** For what the viewer asks, and what agreements there are. */
export interface Policy {
  /** The IRI of the one purpose that the request confirms. */
  readonly purpose: string | undefined
  readonly purposes: PurposeTree
  /** The agreements about any of these tables in which an organisation is a recipient, and which all parties have signed. */
  agreementsFor(organisation: string, tables: readonly string[]): Promise<readonly SignedAgreement[]>
}

/** Who asks for what, and what stands. Agreements are read only where something is not open to everybody. */
export async function policyRequest(
  { tables, columns }: BoundQuery,
  { viewer: { organisation }, policy }: { readonly viewer: Viewer; readonly policy?: Policy },
): Promise<PolicyRequest> {
  const { purpose, purposes = new Map() } = policy ?? {}
  const personal = columns.flatMap(({ origins }) => origins.filter(({ column }) => column.sensitivity !== 'NONE').map(({ table }) => table))
  const guarded = [...tables.values()].filter(({ id, access }) => access !== 'OPEN' || personal.includes(id)).map(({ id }) => id)
  const isNeeded = policy !== undefined && organisation !== undefined && guarded.length > 0
  const agreements = isNeeded ? await policy.agreementsFor(organisation, guarded) : []
  return { organisation, purpose, purposes, agreements, now: Date.now() }
}
