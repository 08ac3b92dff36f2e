import type { ScanAudit } from '../connector/source.js'
import type { Viewer } from '../identity/viewer.js'
import type { ColumnUse } from './entry.js'

/** A table that a query touches, and the use of each of its columns. */
export interface TouchedTable {
  readonly table: string
  readonly spoke: string
  /** The organisation whose table it is: it gets an entry of its own. */
  readonly organisation: string
  /** True where not everybody may read what is read of it: then no number about it is recorded. */
  readonly isProtected: boolean
  readonly columns: readonly { readonly column: string; readonly uses: readonly ColumnUse[] }[]
  /** What lets it be read, where that is an agreement: its disclosure. */
  readonly agreement?: AgreementRef | undefined
}

/** An agreement that data are read under. */
export interface AgreementRef {
  readonly id: string
  /** SHA-256 of what was signed, hexadecimal. */
  readonly digest: string
  /** The IRI of its first legal basis. */
  readonly legalBasis: string | null
}

/** Data that somebody asks for. */
export interface Asked {
  readonly transaction: string
  /** How: `query`, `explain`, `download`, … */
  readonly kind: string
  readonly viewer: Viewer
  /** The IRI of the purpose that the request confirms. Absent where it confirms none. */
  readonly purpose?: string | undefined
  /** What is asked, as the client sent it. Only a digest of it is kept. */
  readonly operation: unknown
  readonly tables: readonly TouchedTable[]
}

/** What came of it. */
export interface Outcome {
  /** Rows of the answer. Absent where it failed. */
  readonly rows?: number
  /** SHA-256 of the rows as they were sent, hexadecimal. Absent where none or not all were. */
  readonly sha256?: string | undefined
  /** Its error code, and whether a source was missing. */
  readonly reasons: readonly string[]
}

/** A transaction that is in the log. */
export interface Recorded {
  readonly transaction: string
  /** For the client: a proof of its entry. Null where only a count is kept. */
  readonly receipt: Receipt | null
  /** For a spoke, which reads nothing without it: a proof of the entry of the spoke's organisation. */
  readonly proofFor: (spokeId: string) => ScanAudit | undefined
  /** Records what came of it, once. It does not wait: an intent without an outcome counts as disclosed. */
  readonly outcome: (outcome: Outcome) => void
}

/** Proof that an entry is in the log (Receipt of graphql/surface.graphql). */
export interface Receipt {
  readonly transaction: string
  readonly leafIndex: number
  /** A C2SP tlog-proof. */
  readonly proof: string
}

/** Records what is asked, before anything is read. */
export interface Auditor {
  /** Resolves once the intent is durable. @throws AUDIT_UNAVAILABLE where it cannot be: then nothing may be read. */
  intent(asked: Asked): Promise<Recorded>
  /**
   * Records that it was refused. It does not wait.
   * @param tables those that the viewer knows to be there.
   */
  denied(asked: Asked, reason: string): void
  /**
   * Records that the hub was changed.
   * @param what how, of which only a digest is kept. @throws AUDIT_UNAVAILABLE where it cannot be recorded.
   */
  changed(kind: string, what: unknown): Promise<void>
}
