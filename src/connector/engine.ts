import type { Relation, TableScan } from './relation.js'

/** A Parquet file that landed in this process's scratch folder (tmpfs). Whoever receives it releases it, once. */
export interface LandedFile {
  readonly path: string
  readonly bytes: number
  release(): Promise<void>
}

/** The analytical engine beside the data: in memory only, and shut off from every folder but those it was opened with. */
export interface Engine {
  /**
   * The SQL text of a relation, whose scans are read from what `from` answers (a table expression giving columns c0 … cn). Pure.
   * @param rows how many there are behind the scans, where that is known: of many, a sorted page is looked for in another way. Default:
   * few.
   */
  compile(relation: Relation, from: (scan: TableScan) => string, rows?: number): string
  /** A connection for one piece of work. Waits in the admission queue; the signal ends the wait and whatever the session runs later. */
  connect(signal?: AbortSignal): Promise<EngineSession>
  close(): Promise<void>
}

/** Where the parts of a result are put, and how many bytes they may have together. */
export interface PartsOptions {
  readonly folder: string
  readonly bytesMax: number
  /**
   * The most rows that are to be expected: what fits one part is written as one file, which takes half the time. More only wait until all
   * are written.
   */
  readonly rowsMax?: number
}

/** One connection. Errors are DialsErrors where the data or a limit is at fault: RESULT_TOO_LARGE, TYPE_MISMATCH, BAD_USER_INPUT. */
export interface EngineSession {
  run(sql: string): Promise<void>
  /** Answers a query into a temporary table of this connection, and its number of rows. */
  table(name: string, sql: string): Promise<number>
  /** Small answers only: every value becomes a JavaScript value (BIGINT and wider as bigint, DECIMAL and dates as text). */
  rows(sql: string): Promise<Record<string, unknown>[]>
  /**
   * The BLOBs of a query of one column, as bytes; null where one is NULL. For texts that would be long strings only to become bytes again.
   */
  blobs(sql: string): Promise<(Uint8Array | null)[]>
  /** The result as Parquet files of about 122,880 rows in `folder`, each given as soon as it is whole, and at the end its rows. */
  parts(sql: string, options: PartsOptions): AsyncGenerator<LandedFile, { rows: number }>
  /** Gives the place in the admission queue back, while the connection stays open with a small finished result in it. */
  rest(): void
  /** Ends whatever runs and gives the place in the admission queue back. Safe to call twice. */
  close(): Promise<void>
}
