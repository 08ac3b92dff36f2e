import type { FileLog } from '../audit/log/file-log.js'
import type { Draft } from '../audit/log/draft.js'
import { bandOf, type Entry } from '../audit/entry.js'
import { sha256 } from '../audit/merkle/hash.js'
import type { VerifierKey } from '../audit/notes/keys.js'
import { checkCovered, checkGranted, provenIntent } from '../audit/proven-intent.js'
import type { ScanRequest } from '../connector/scan-request.js'
import type { Log } from '../connector/source.js'
import { scansOf } from '../connector/traverse.js'
import { DialsError, type ErrorCode } from '../errors.js'
import type { Viewer } from '../identity/viewer.js'
import type { AcceptedGrant } from './agreements.js'
import type { HubWitness } from './hub-witness.js'
import { versionOnly } from './version-only.js'

/** Records how a scan ended, once: with so many rows, or with an error. */
export type ScanEnded = (how: { readonly rows?: number | undefined } | { readonly code: ErrorCode }) => void

/** What a spoke records its scans with. */
export interface ScanRecorderOptions {
  readonly spokeId: string
  /** The organisation whose spoke it is. Null where spoke.yaml does not say. */
  readonly organisation: string | null
  /** The keys of the audit log of the hub, which this spoke pins. */
  readonly hubKeys: readonly VerifierKey[]
  readonly log: FileLog
  readonly witness: HubWitness
  readonly logger: Log
}

/** Refusals of access at this spoke. */
const refusals: readonly ErrorCode[] = ['FORBIDDEN', 'AGREEMENT_REQUIRED', 'PURPOSE_REQUIRED', 'PURPOSE_NOT_PERMITTED']

/**
 * Lets a scan read only where its query is in the audit log of the hub, and writes it into the spoke's own log first: what the hub says and
 * what the spoke did can be compared later.
 */
export class ScanRecorder {
  constructor(private readonly options: ScanRecorderOptions) {}

  /**
   * Checks the proof, and records the scan durably.
   * @param body the bytes of the request.
   * @param grant the agreements that it rests on, verified.
   * @throws UNAUTHENTICATED where the proof does not hold or does not cover the scan, AUDIT_UNAVAILABLE where it cannot be recorded.
   */
  async begin({ relation, proof, counted }: ScanRequest, viewer: Viewer, body: string, grant?: AcceptedGrant): Promise<ScanEnded> {
    const { spokeId, hubKeys } = this.options
    this.options.witness.checkGoesOn()
    // It gives no row and no count: only the version is told, which is no secret to who may ask.
    if (versionOnly(relation) !== undefined) return () => undefined
    // What is only counted is open to everybody, which the decision of this spoke sees to.
    if (counted === true && proof === undefined && viewer.organisation === undefined) return () => undefined
    const proven = provenIntent(proof, spokeId, hubKeys)
    await this.options.witness.checkProof(proven)
    const { entry, index } = proven
    const scanned = [...scansOf(relation)].map(({ table, columns }) => ({
      table: `${spokeId}/${table}`,
      columns: columns.map(({ name }) => name),
    }))
    checkCovered(entry, scanned)
    if (grant !== undefined)
      checkGranted(
        entry,
        grant.purpose,
        grant.agreements.filter(({ agreement }) => agreement.kind === 'DISCLOSURE').map(({ agreement }) => agreement.id),
      )
    const names = new Set(scanned.map(({ table }) => table))
    if (viewer.organisation !== undefined && viewer.organisation !== entry.organisation)
      throw new DialsError('UNAUTHENTICATED', 'The query that is in the audit log of the hub is that of another organisation.')
    const draft = (phase: Entry['phase'], more: Partial<Draft>): Draft => ({
      phase,
      part: 'DISCLOSER',
      party: this.options.organisation,
      transaction: entry.transaction,
      kind: 'scan',
      organisation: entry.organisation,
      actor: viewer.subject ?? null,
      purpose: entry.purpose,
      legalBasis: entry.legalBasis,
      agreement: entry.agreement,
      agreementSha256: entry.agreementSha256,
      operation: sha256(body).toString('hex'),
      tables: entry.tables.filter(({ table }) => names.has(table)),
      spokes: [spokeId],
      decision: 'ALLOW',
      reasons: [`Entry ${index} of the audit log of the hub.`],
      rowBand: null,
      result: null,
      ...more,
    })
    await this.options.log.append([draft('INTENT', {})])
    let isOver = false
    return (how) => {
      if (isOver) return
      isOver = true
      const isDenied = 'code' in how && refusals.includes(how.code)
      const reasons = 'code' in how ? [how.code] : []
      const rowBand = 'rows' in how && how.rows !== undefined ? bandOf(how.rows) : null
      this.#later(draft(isDenied ? 'DENY' : 'OUTCOME', { reasons, rowBand, ...(isDenied ? { decision: 'DENY' as const } : {}) }))
    }
  }

  #later(draft: Draft): void {
    const { log, logger } = this.options
    log.append([draft], 'soon').catch((thrown: unknown) => {
      logger.error({ err: thrown, transaction: draft.transaction }, 'an entry of the audit log was not written')
    })
  }
}
