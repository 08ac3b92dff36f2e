import type { Log } from '../connector/source.js'
import type { Asked, Auditor, Outcome, Recorded, TouchedTable } from './auditor.js'
import { bandOf, canonical, type Entry } from './entry.js'
import { adminDraft, type Draft } from './log/draft.js'
import type { When } from './log/group-commit.js'
import type { Appended } from './log/proof-of.js'
import { sha256 } from './merkle/hash.js'

/** Bytes of an entry that a receipt has in itself, so that it stays under 4 kB. A larger one is in `auditLog`. */
export const receiptExtraMax = 2048

/** Where entries go. */
export interface AppendOnly {
  append(drafts: readonly Draft[], when?: When): Promise<Appended[]>
}

/** What entries of one transaction share. */
interface Transaction extends Omit<Asked, 'operation' | 'viewer'> {
  readonly organisation: string | null
  readonly actor: Draft['actor']
  readonly operation: string
}

/**
 * Records transactions in the log of the hub: one entry for who asks, and one for each organisation whose tables are touched, which says
 * nothing of the tables of others.
 */
export class LogAuditor implements Auditor {
  constructor(
    private readonly log: AppendOnly,
    private readonly logger: Log,
  ) {}

  async intent(asked: Asked): Promise<Recorded> {
    const transaction = transactionOf(asked)
    const appended = await this.log.append(draftsOf(transaction, 'INTENT', 'ALLOW', []))
    const own = appended[0] as Appended
    const byParty = new Map(appended.slice(1).map((one) => [one.opening.entry.party, one]))
    const partyOf = new Map(asked.tables.map(({ spoke, organisation }) => [spoke, organisation]))
    let isOver = false
    return {
      transaction: asked.transaction,
      receipt: { transaction: asked.transaction, leafIndex: own.index, proof: own.proof(receiptExtraMax) },
      proofFor: (spokeId) => {
        const proven = byParty.get(partyOf.get(spokeId) ?? null)
        return proven && { proof: proven.proof() }
      },
      outcome: (outcome) => {
        if (isOver) return
        isOver = true
        this.#later(draftsOf(transaction, 'OUTCOME', 'ALLOW', outcome.reasons, outcome))
      },
    }
  }

  denied(asked: Asked, reason: string): void {
    this.#later(draftsOf(transactionOf(asked), 'DENY', 'DENY', [reason]))
  }

  async changed(kind: string, what: unknown): Promise<void> {
    await this.log.append([adminDraft(kind, what)])
  }

  #later(drafts: readonly Draft[]): void {
    this.log.append(drafts, 'soon').catch((thrown: unknown) => {
      this.logger.error({ err: thrown, transaction: drafts[0]?.transaction }, 'an entry of the audit log was not written')
    })
  }
}

function transactionOf({ viewer, operation, ...asked }: Asked): Transaction {
  const { issuer, subject, organisation } = viewer
  return {
    ...asked,
    organisation: organisation ?? null,
    actor: issuer === undefined || subject === undefined ? null : { issuer, subject },
    operation: sha256(canonical(operation)).toString('hex'),
  }
}

function draftsOf(
  transaction: Transaction,
  phase: Entry['phase'],
  decision: Entry['decision'],
  reasons: readonly string[],
  { rows, sha256: result }: Partial<Outcome> = {},
): Draft[] {
  const { tables, organisation } = transaction
  const isProtected = tables.some((table) => table.isProtected)
  const shared = {
    phase,
    transaction: transaction.transaction,
    kind: transaction.kind,
    organisation,
    actor: transaction.actor,
    purpose: transaction.purpose ?? null,
    operation: transaction.operation,
    decision,
    reasons: [...reasons],
    rowBand: rows === undefined || isProtected ? null : bandOf(rows),
    result: result ?? null,
  }
  const requester: Draft = { ...shared, part: 'REQUESTER', party: organisation, ...touched(tables), ...restingOn(tables) }
  const disclosers = [...new Set(tables.map((table) => table.organisation))].sort()
  return [
    requester,
    ...disclosers.map((party): Draft => {
      const own = tables.filter((table) => table.organisation === party)
      return { ...shared, part: 'DISCLOSER', party, ...touched(own), ...restingOn(own) }
    }),
  ]
}

/**
 * The agreement that tables rest on. Several are told by their ids, one after the other, and by the digest of their digests, in this order.
 */
function restingOn(tables: readonly TouchedTable[]): Pick<Draft, 'agreement' | 'agreementSha256' | 'legalBasis'> {
  const agreements = [
    ...new Map(tables.flatMap(({ agreement }) => (agreement === undefined ? [] : [[agreement.id, agreement] as const]))).values(),
  ]
  const [only, ...more] = agreements
  if (only === undefined) return { agreement: null, agreementSha256: null, legalBasis: null }
  if (more.length === 0) return { agreement: only.id, agreementSha256: only.digest, legalBasis: only.legalBasis }
  const all = agreements.sort((one, other) => (one.id < other.id ? -1 : 1))
  return {
    agreement: all.map(({ id }) => id).join(' '),
    agreementSha256: sha256(all.map(({ digest }) => digest).join(' ')).toString('hex'),
    legalBasis: only.legalBasis,
  }
}

function touched(tables: readonly TouchedTable[]): Pick<Draft, 'tables' | 'spokes'> {
  return {
    tables: tables.map(({ table, columns }) => ({ table, columns: columns.map(({ column, uses }) => ({ column, uses: [...uses] })) })),
    spokes: [...new Set(tables.map(({ spoke }) => spoke))],
  }
}
