import type { Outcome, Receipt } from '../../audit/auditor.js'
import type { LandedFile, NamedShape, RowsMeasured, TextForm } from '../../connector/engine.js'
import type { Room } from '../6-execute/stream.js'
import type { AnswerReport } from '../7-result/query-result.js'
import type { QueryContext } from '../run.js'

/** Where the rows of downloads land. */
export interface Landing {
  readonly folder: string
  /** False where what is written there reaches a disk: then nothing lands that is not encrypted. */
  isMemory(): boolean
  readonly room: Room
}

/** What a download needs beside the query itself. */
export interface DownloadContext extends QueryContext {
  readonly landing: Landing
  /** Does work that reads the sources, in a turn of the client. */
  turn<T>(work: () => Promise<T>): Promise<T>
}

/** Rows in pieces. The generator returns the report once all rows were written. */
export interface WrittenDownload {
  /** False where a source failed under PARTIAL. */
  readonly complete: boolean
  readonly pieces: AsyncGenerator<Uint8Array, AnswerReport>
}

/** A file of rows that have landed, and what is in it. */
export interface LandedPart extends RowsMeasured {
  readonly path: string
}

/** All rows of a download, landed and measured before the first of them is written. The caller releases them. */
export interface LandedRows {
  readonly rows: number
  /** How many characters (UTF-16) the longest text of each column has. */
  readonly longest: readonly number[]
  readonly report: AnswerReport
  /** Writes the rows as text, in pieces. */
  text(form: TextForm): AsyncGenerator<Uint8Array, void>
  /** The Parquet files of the rows, in order, with columns by their names. There is no text of them afterwards. */
  named(): Promise<readonly LandedPart[]>
  release(): Promise<void>
}

/** How rows land for a format. */
export interface LandOptions {
  /** The version that the content has to have. Default: that of the query, if it has one. */
  readonly atVersion?: string | undefined
  /** Bytes of memory that the format holds beside the rows, until all are written: they count as room of downloads. Default: 0. */
  readonly beside?: number
}

/** A query whose whole answer can be written, and which was not recorded yet: nothing of it may be read. */
export interface Download {
  readonly transaction: string
  readonly columns: readonly NamedShape[]
  /** The ids of the tables that it reads, in the order in which it names them. */
  readonly tables: readonly string[]
  /** Which coordinates that it reads are not in WGS84. Undefined where all are. */
  readonly notWgs84: string | undefined
  /** True where text of it is written while the rows arrive. Everything else lands first. */
  readonly streams: boolean
  /** True where every table that it reads is open to everybody. */
  readonly isOpen: boolean
  /** The version of the data that it would read now. Null where a source has none. */
  version(): Promise<string | null>
  /** Records that it is asked for. @throws AUDIT_UNAVAILABLE where that cannot be: then nothing of it may be read. */
  record(): Promise<RecordedDownload>
}

/** A download that is in the audit log. Its answer can be written once. */
export interface RecordedDownload extends Pick<Download, 'transaction' | 'columns'> {
  readonly receipt: Receipt | null
  /** Records what came of it, once. Where writing it throws, that is recorded already. */
  ended(outcome: Outcome): void
  /**
   * Writes the rows as text. Rows that need no sorting, grouping or joining at the hub are written while they arrive; others once all have.
   * @param atVersion ends with VERSION_CHANGED where the content turns out to be another.
   */
  text(form: TextForm, atVersion?: string): Promise<WrittenDownload>
  /**
   * Lands all rows, for a format that must know how many there are before it begins.
   * @throws VERSION_CHANGED where the content is not that of `atVersion`.
   */
  landed(options?: LandOptions): Promise<LandedRows>
  /** Writes the rows as one Parquet file. The caller releases it. */
  parquet(): Promise<{ file: LandedFile; report: AnswerReport }>
}
