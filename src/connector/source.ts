import type { z } from 'zod'
import type { Capabilities } from './capabilities.js'
import type { CatalogueEvent } from './catalogue.js'
import type { Engine, LandedFile, PartCompression } from './engine.js'
import type { Relation } from './relation.js'
import type { Split } from './split.js'

/** The code for one kind of source. Adding one takes a folder under connectors/ and a line in connectors/index.ts. */
export interface Connector<Config = unknown> {
  /** The name in `connector:` of hub.yaml and spoke.yaml. */
  readonly kind: string
  /** Checks this connector's `config`, and is printed as JSON Schema. `${NAME}` is already replaced by the secret. */
  readonly configSchema: z.ZodType<Config>
  /** Opens a source without connecting to it: a source that cannot be reached still opens, and fails in `health` and `harvest`. */
  open(config: Config, context: SourceContext): Promise<Source>
}

/** What the process provides to its sources. */
export interface SourceContext {
  /** The spoke's id at a hub; at a spoke process the spoke's own id. */
  readonly spokeId: string
  /** The folder of the configuration file: relative paths in `config` are relative to it. */
  readonly baseFolder: string
  /** The engine that runs queries. It may read `scratchFolder` and `storeFolder`. */
  readonly engine: Engine
  /**
   * Opens a second engine for conversion and profiling. It may also read and write `folders`, and moves rows that do not fit into memory to
   * `spillFolder`.
   */
  openEngine(options: { folders: readonly string[]; memoryMb: number; spillFolder?: string }): Promise<Engine>
  /** tmpfs, for parts in transit. Emptied at start. */
  readonly scratchFolder: string
  /** Where a converted copy may stay: the data directory at a spoke, tmpfs at a hub. */
  readonly storeFolder: string
  /**
   * Where a source keeps state other than rows over a restart, such as which id belongs to which file. Default: `storeFolder`, which must
   * then be on a disk.
   */
  readonly memoryFolder?: string
  /** Signs a short-lived token of this hub for one spoke and one request. Absent in a spoke process. */
  readonly signer?: HubSigner
  /** Starts a `dials spoke` process as a child. Absent in a spoke process. */
  readonly startSpoke?: (configFile: string) => SpokeProcess
  readonly log: Log
}

/** Signs requests to spokes with the hub’s own key. */
export interface HubSigner {
  /**
   * A token for one request. It is signed with EdDSA, expires after at most 60 seconds, and the spoke accepts it once.
   * @param type the `typ` header: `purpose+jwt` opens a scan, `catalogue+jwt` the catalogue feed.
   * @param audience the only spoke that accepts it.
   * @param operation the request's bytes; the token carries their SHA-256 as `op_sha256`.
   * @param asker who asks; the token carries a statement of it, with a pseudonym for the subject.
   * @param grant what the scan rests on; the token names it (RFC 9396).
   */
  sign(type: 'purpose+jwt' | 'catalogue+jwt', audience: string, operation: string, asker?: Asker, grant?: ScanGrant): Promise<string>
}

/** Who asks. Only the hub's signer gets it: a spoke sees no more than the statement in the token of its scan. */
export interface Asker {
  readonly issuer: string
  readonly organisation: string
  readonly subject: string
  /** SHA-256 of the viewer's bearer token, hexadecimal. The token itself never leaves the hub. */
  readonly tokenSha256: string
  /** When that token ends: seconds since the epoch. */
  readonly expiresAt: number
}

/** A spoke that this process keeps running. It is started again when it dies, and ends with this process. */
export interface SpokeProcess {
  /**
   * The address where it listens; waits until it does. Rejects SOURCE_UNAVAILABLE when the signal ends or the process cannot be started.
   */
  url(signal: AbortSignal): Promise<string>
  stop(): Promise<void>
}

/** Structured logging. Never log a secret or a row's values. */
export interface Log {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

/** An open source. */
export interface Source {
  /** Whether what stands behind it decides each scan again, by agreements of its own, and changes values before they leave. Default: false. */
  readonly decidesAccess?: boolean
  /**
   * Reads the source's catalogue. Ends without `complete` when a part could not be read; throws a DialsError when nothing could be read.
   */
  harvest(cursor: string | undefined, signal: AbortSignal): AsyncIterable<CatalogueEvent>
  /** What the source can do for all of these tables, named by the source's own ids. */
  capabilities(tables: readonly string[]): Promise<Capabilities>
  /** Pure. Pushes down as much of the fragment as the capabilities allow, and returns the remainder for the hub. */
  plan(fragment: Fragment, capabilities: Capabilities): PlannedFragment
  /** The source's own words for what it would run, for `explain`: its SQL, with tables and columns by their names and no files or keys. */
  native(pushed: Relation): string
  /** Starts a scan of the part that was pushed down. Ends on the signal, at the deadline and at each limit. */
  execute(planned: PlannedFragment, options: ScanOptions): Scan
  health(signal: AbortSignal): Promise<Health>
  /**
   * Answers with the revision of its catalogue: at once where it is another than `since`, else when it changes, or after a while as it was.
   * A revision says nothing but whether it is another. Absent where a source cannot tell.
   */
  changes?(since: string | undefined, signal: AbortSignal): Promise<string>
  /**
   * Sends a message about the audit logs of hub and spoke, and returns the answer (audit/witness/exchange.ts). Absent where the source keeps no
   * log of its own.
   */
  exchange?(message: string, signal: AbortSignal): Promise<string>
  close(): Promise<void>
}

/** The part of a query that one source is asked for. Its scans name tables by the source's own ids (`libraries/libraries`). */
export interface Fragment {
  readonly relation: Relation
}

/** A fragment, split into what the source runs and what the hub runs. */
export type PlannedFragment = Split

/** The limits of one scan. */
export interface ScanOptions {
  readonly signal: AbortSignal
  /** More rows or bytes than these end the scan with RESULT_TOO_LARGE. */
  readonly rowsMax: number
  readonly bytesMax: number
  /** Milliseconds since the epoch. */
  readonly deadline: number
  /** Who asks, for the statement by which a spoke decides. Present only where the scan reads a table that is not open. */
  readonly asker?: Asker
  /** The agreements that the scan rests on. Present only where it reads what needs one. */
  readonly grant?: ScanGrant
  /** How the query is recorded. A spoke process reads nothing without it. */
  readonly audit?: ScanAudit
  /** How the parts are compressed. Default: snappy. */
  readonly compression?: PartCompression | undefined
}

/** The agreements that a scan rests on, and the one purpose. The spoke verifies every signature against the keys that it pins. */
export interface ScanGrant {
  readonly purpose: string
  readonly agreements: readonly {
    /** The text that was signed: policy/agreement.ts. */
    readonly canonical: string
    readonly signatures: readonly { readonly organisation: string; readonly jws: string }[]
  }[]
}

/**
 * How the query of a scan is in the audit log of the hub, before anything is read: a proof (C2SP tlog-proof); or that the hub only counts
 * anonymous reads of open data.
 */
export type ScanAudit = { readonly proof: string } | { readonly counted: true }

/**
 * A running scan. The report settles when the parts end, and both reject with the same DialsError. Rows stay columns: they never become
 * JavaScript objects.
 */
export interface Scan {
  readonly parts: AsyncIterable<Part>
  readonly report: Promise<ScanReport>
}

/** A Parquet file with columns c0 … cn in the order and shapes of `pushed`. */
export interface Part {
  readonly kind: 'parquet'
  readonly file: LandedFile
}

/** What a source reports about a complete scan. */
export interface ScanReport {
  readonly rows?: number
  /** True where the source stopped early. A source must never stop early without reporting it. */
  readonly truncated: boolean
  /** Changes whenever the content of any scanned table does. */
  readonly version?: string
  /** When the data was last changed at the source: ISO 8601. */
  readonly asOf?: string
  /** The tables whose rows are older than what the source holds now, each with a reason that every reader of the table may see. */
  readonly stale?: readonly StaleTable[]
  /** The tables whose files have rows that are totals of the others. */
  readonly totals?: readonly TableWithTotals[]
}

/** A table whose file has totals: they were set aside, or a row that looks like one is among the rows. `table` is the source's own id. */
export interface TableWithTotals {
  readonly table: string
  readonly totals: 'SET_ASIDE' | 'AMONG_ROWS'
}

/** A table that was read in an earlier state, because the present one cannot be read. `table` is the source's own id. */
export interface StaleTable {
  readonly table: string
  readonly reason: string
}

/** Whether a source answers. */
export interface Health {
  readonly status: 'UP' | 'DEGRADED' | 'DOWN'
  /** Shown to operators only. */
  readonly message?: string
}
