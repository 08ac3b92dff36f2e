import type { z } from 'zod'
import type { Capabilities } from './capabilities.js'
import type { CatalogueEvent } from './catalogue.js'
import type { Engine, LandedFile, PartCompression } from './engine.js'
import type { Relation } from './relation.js'
import type { Split } from './split.js'

/** Code for one kind of source. Adding one is a folder under connectors/ and a line in connectors/index.ts. */
export interface Connector<Config = unknown> {
  /** The name in `connector:` of hub.yaml and spoke.yaml. */
  readonly kind: string
  /** Checks this connector's `config`; also printed as JSON Schema. Secrets arrive resolved from `${NAME}`. */
  readonly configSchema: z.ZodType<Config>
  /** Opens a source. Must not reach it yet: an unreachable source opens, and says so in `health` and `harvest`. */
  open(config: Config, context: SourceContext): Promise<Source>
}

/** What a process gives its sources. */
export interface SourceContext {
  /** The spoke's id at a hub; at a spoke process the spoke's own id. */
  readonly spokeId: string
  /** The folder of the configuration file: relative paths in `config` are relative to it. */
  readonly baseFolder: string
  /** The engine that queries run on. It may read `scratchFolder` and `storeFolder`. */
  readonly engine: Engine
  /**
   * An engine apart, for conversion and profiling: it may also read and write the folders named, and puts into `spillFolder` what does not
   * fit into memory.
   */
  openEngine(options: { folders: readonly string[]; memoryMb: number; spillFolder?: string }): Promise<Engine>
  /** tmpfs: for parts under way. Emptied at start. */
  readonly scratchFolder: string
  /** Where a converted copy may stay: the data directory at a spoke, tmpfs at a hub. */
  readonly storeFolder: string
  /**
   * Where a source keeps what it must remember over a restart and is no row, such as which id belongs to which file. Absent: `storeFolder`,
   * which lasts.
   */
  readonly memoryFolder?: string
  /** Signs a short-lived token of this hub for one spoke and one request; absent in a spoke process. */
  readonly signer?: HubSigner
  /** Starts a `dials spoke` process as a child; absent in a spoke process. */
  readonly startSpoke?: (configFile: string) => SpokeProcess
  readonly log: Log
}

/** Signs requests to spokes with the hub’s own key. */
export interface HubSigner {
  /**
   * A token for one request (policy.md, rule 6): EdDSA, at most 60 s, single use.
   * @param type the `typ` header: `purpose+jwt` opens a scan, `catalogue+jwt` the catalogue feed.
   * @param audience the one spoke it is for.
   * @param operation the request's bytes; the token carries their SHA-256 as `op_sha256`.
   */
  sign(type: 'purpose+jwt' | 'catalogue+jwt', audience: string, operation: string): Promise<string>
}

/** A spoke that this process keeps running; started again when it dies, and ended with this process. */
export interface SpokeProcess {
  /** Where it listens; waits until it does. Rejects SOURCE_UNAVAILABLE when the signal ends or the process cannot be started. */
  url(signal: AbortSignal): Promise<string>
  stop(): Promise<void>
}

/** Structured logging. No secrets and no row values in any of it. */
export interface Log {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

/** One source, opened. */
export interface Source {
  /**
   * Reads the source's catalogue. Ends without `complete` when it could not read all of it; throws a DialsError when it could read nothing.
   */
  harvest(cursor: string | undefined, signal: AbortSignal): AsyncIterable<CatalogueEvent>
  capabilities(tables: readonly string[]): Promise<Capabilities>
  /** Pure. Pushes as much of the fragment down as the capabilities allow, and answers what remains for the hub. */
  plan(fragment: Fragment, capabilities: Capabilities): PlannedFragment
  /** The source's own words for what it would run, for `explain`: its SQL, with tables and columns by their names and no files or keys. */
  native(pushed: Relation): string
  execute(planned: PlannedFragment, options: ScanOptions): Scan
  health(signal: AbortSignal): Promise<Health>
  close(): Promise<void>
}

/** The part of a query that one source is asked for: its scans name tables by the source's own ids (`libraries/libraries`). */
export interface Fragment {
  readonly relation: Relation
}

/** A fragment as a source will run it. */
export type PlannedFragment = Split

/** The limits of one scan. */
export interface ScanOptions {
  readonly signal: AbortSignal
  /** More rows or bytes than these end the scan with RESULT_TOO_LARGE. */
  readonly rowsMax: number
  readonly bytesMax: number
  /** Milliseconds since the epoch. */
  readonly deadline: number
  /** The viewer’s own token, for a spoke to decide by; only where the scan reads what is shared with some. */
  readonly viewerToken?: string
  /** How the parts are compressed. Default: snappy. */
  readonly compression?: PartCompression | undefined
}

/**
 * A scan under way. The report settles when the parts end; both reject with the same DialsError. Parts stay columns: never JavaScript rows.
 */
export interface Scan {
  readonly parts: AsyncIterable<Part>
  readonly report: Promise<ScanReport>
}

/** Columns c0 … cn in the order and shapes of `pushed`. */
export interface Part {
  readonly kind: 'parquet'
  readonly file: LandedFile
}

/** What a source tells of a scan that came to its end. */
export interface ScanReport {
  readonly rows?: number
  /** True where the source stopped short; never silently. */
  readonly truncated: boolean
  /** Changes whenever the content of any scanned table does. */
  readonly version?: string
  /** When the data was last changed at the source: ISO 8601. */
  readonly asOf?: string
  /** The tables whose rows are older than what the source holds now, each with the reason in words for everybody who may read it. */
  readonly stale?: readonly StaleTable[]
}

/** A table of which an earlier state was read, since the present one cannot be. `table` is the source's own id. */
export interface StaleTable {
  readonly table: string
  readonly reason: string
}

/** Whether a source answers. */
export interface Health {
  readonly status: 'UP' | 'DEGRADED' | 'DOWN'
  /** For operators; shown to nobody else. */
  readonly message?: string
}
