import type { AgreementRef, Asked, Auditor, Recorded, TouchedTable } from '../../audit/auditor.js'
import type { DialsError, ErrorCode } from '../../errors.js'
import type { Viewer } from '../../identity/viewer.js'
import type { AgreementPair } from '../../policy/request.js'
import type { BoundQuery } from '../2-bind/bound-query.js'
import type { AuthorisedQuery } from '../3-authorise/authorise.js'

/** How data are asked for, as the audit log names it. */
export type AskedAs = 'query' | 'explain' | 'download'

/** What is asked in which transaction. */
export interface Asking extends Pick<Asked, 'transaction' | 'operation'> {
  readonly kind: AskedAs
}

/** Who asks, and who records it. */
interface Witnessed {
  readonly viewer: Viewer
  readonly auditor: Auditor
}

/**
 * Stage 5: records what is asked, durably, before anything is read.
 * @throws AUDIT_UNAVAILABLE where it cannot be.
 */
export function record(asking: Asking, authorised: AuthorisedQuery, { viewer, auditor }: Witnessed): Promise<Recorded> {
  return auditor.intent({ ...asking, viewer, purpose: authorised.purpose, tables: touchedTables(authorised) })
}

/** Refusals of access. All other errors say that the query itself is wrong. */
const refusals: readonly ErrorCode[] = ['UNAUTHENTICATED', 'FORBIDDEN', 'PURPOSE_REQUIRED', 'PURPOSE_NOT_PERMITTED', 'AGREEMENT_REQUIRED']

/** Records a refusal, also for those whose tables were asked for. All of these tables are listed to the viewer. */
export function recordDenial(
  asking: Asking,
  bound: BoundQuery,
  { code }: DialsError,
  { viewer, auditor, policy }: Witnessed & { readonly policy?: { readonly purpose: string | undefined } },
): void {
  if (!refusals.includes(code)) return
  auditor.denied(
    {
      ...asking,
      viewer,
      purpose: policy?.purpose,
      tables: touchedTables({ ...bound, protectedTables: new Set(bound.tables.keys()), pairs: new Map() }),
    },
    code,
  )
}

/**
 * Records that a table was named which is not there, or is hidden: nobody learns which from the log. Without a token it is not recorded: most
 * such ids are only mistyped.
 */
export function recordUnknown(asking: Asking, { code }: DialsError, { viewer, auditor }: Witnessed): void {
  if (code === 'UNKNOWN_TABLE' && viewer.subject !== undefined) auditor.denied({ ...asking, viewer, tables: [] }, code)
}

/** The tables that a query reads, and what it uses each of their columns for. A denied column is not among them. */
export function touchedTables({
  tables,
  columns,
  uses,
  protectedTables,
  pairs,
}: Pick<AuthorisedQuery, 'tables' | 'columns' | 'uses' | 'protectedTables' | 'pairs'>): TouchedTable[] {
  const used = new Map<string, Map<string, Set<TouchedTable['columns'][number]['uses'][number]>>>()
  for (const { column, use } of uses) {
    for (const { table, column: published } of columns[column]?.origins ?? []) {
      const ofTable = used.get(table) ?? new Map()
      used.set(table, ofTable)
      ofTable.set(published.name, (ofTable.get(published.name) ?? new Set()).add(use))
    }
  }
  return [...tables.values()].map(({ id, spokeId, organisationId }) => ({
    table: id,
    spoke: spokeId,
    organisation: organisationId,
    isProtected: protectedTables.has(id),
    columns: [...(used.get(id) ?? [])].map(([column, of]) => ({ column, uses: [...of].sort() })),
    agreement: refOf(pairs.get(id)),
  }))
}

function refOf(pair: AgreementPair | undefined): AgreementRef | undefined {
  if (pair === undefined) return undefined
  const { agreement, digest } = pair.disclosure
  return { id: agreement.id, digest, legalBasis: agreement.legalBases[0] ?? null }
}
