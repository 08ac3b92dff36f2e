import type { Shape } from './column.js'
import { toDialsError } from '../errors.js'
import type { Relation, TableScan } from './relation.js'

/** How a part's columns are compressed. zstd makes parts a fifth smaller than snappy and takes a fifth longer: it is for slow networks. */
export type PartCompression = 'snappy' | 'zstd'

/** A Parquet file that landed in this process's scratch folder (tmpfs). Its receiver releases it, once. */
export interface LandedFile {
  readonly path: string
  readonly bytes: number
  /** Encrypted under `Engine.partKey`, since the scratch folder is not memory. Default: as it came. */
  readonly encrypted?: true
  release(): Promise<void>
}

/** The parts that answer each scan of a relation, by the scan's `table`. A scan without parts is an empty table of its columns. */
export type LandedParts = ReadonlyMap<string, readonly LandedFile[]>

/** The analytical engine beside the data: in memory only, and shut off from every folder but those it was opened with. */
export interface Engine {
  /**
   * The engine's own text of a relation, for connectors whose tables the engine reads itself, and for `explain`. Pure.
   * @param from the table expression that a scan is read by, giving columns c0 … cn.
   * @param rows how many rows there are behind the scans, where that is known: a sorted page of many is looked for in another way. Default: few.
   */
  compile(relation: Relation, from: (scan: TableScan) => string, rows?: number): string
  /** Runs a relation over landed parts and holds its rows until the answer is released. @throws as EngineSession does. */
  answer(relation: Relation, parts: LandedParts, options: AnswerOptions): Promise<Answer>
  /** Runs a relation over landed parts and gives its rows as parts of their own. @throws as EngineSession does. */
  combine(relation: Relation, parts: LandedParts, options: CombineOptions): AsyncGenerator<LandedFile, { rows: number }>
  /** Reads every value of the parts of one scan. @throws where they cannot be read, or hold what the scan does not promise. */
  check(scan: TableScan, files: readonly LandedFile[], signal: AbortSignal): Promise<void>
  /** The key (256 bits) of parts that cannot stay in memory. Made when first asked for, never written, and gone with the process. */
  partKey(): Promise<Buffer>
  /** A connection for one piece of work. Waits in the admission queue; the signal ends the wait and whatever the session runs later. */
  connect(signal?: AbortSignal): Promise<EngineSession>
  close(): Promise<void>
}

/** How a column's cells appear in JSON, the same throughout a result (graphql/surface.graphql, Encoding). */
export type Encoding = 'BOOLEAN' | 'NUMBER' | 'STRING' | 'LIST' | 'OBJECT'

/** The format of a row in JSON: an array of its cells, or an object by their columns' names. */
export type RowFormat = 'rows' | 'records'

/** EXACT: INT64 and DECIMAL lose nothing. DOUBLE: every number is a JSON number. */
export type Numbers = 'EXACT' | 'DOUBLE'

/** What is asked of an answer. */
export interface AnswerOptions {
  readonly signal: AbortSignal
  /** The columns of the relation, by the names that records have. */
  readonly columns: readonly { readonly name: string; readonly shape: Shape }[]
  /** Rows of the page. The relation answers one more at most. */
  readonly limit: number
  /** The one format in which the rows will be asked for, with exact numbers. Default: any, and more than once. */
  readonly format?: RowFormat | undefined
}

/** The rows of a relation, held by the engine. */
export interface Answer {
  /** The rows that the relation has: one more than the page at most. */
  readonly rows: number
  /** How each column of the page appears in JSON. */
  readonly encodings: readonly Encoding[]
  /** The page as JSON text in UTF-8, in pieces: an array of rows. @throws RESULT_TOO_LARGE where it holds more than 64 MiB of text. */
  json(format: RowFormat, numbers: Numbers): Promise<Uint8Array[]>
  /** Frees the rows. Safe to call twice. */
  release(): Promise<void>
}

/** Where the parts of a result are put, and how many bytes they may have together. */
export interface PartsOptions {
  readonly folder: string
  readonly bytesMax: number
  /**
   * The most rows that are to be expected: what fits one part is written as one file, which takes half the time. If there are more, the
   * one file holds them all. Default: many.
   */
  readonly rowsMax?: number
  /** Default: snappy. */
  readonly compression?: PartCompression | undefined
}

/** The same, and the signal that ends the work. */
export interface CombineOptions extends PartsOptions {
  readonly signal: AbortSignal
}

/** One connection. Errors are DialsErrors where the data or a limit is at fault: RESULT_TOO_LARGE, TYPE_MISMATCH, BAD_USER_INPUT. */
export interface EngineSession {
  run(sql: string): Promise<void>
  /** Small answers only: every value becomes a JavaScript value (BIGINT and wider as bigint, DECIMAL and dates as text). */
  rows(sql: string): Promise<Record<string, unknown>[]>
  /** The result as Parquet files of about 122,880 rows in `folder`, each given as soon as it is whole, and at the end its rows. */
  parts(sql: string, options: PartsOptions): AsyncGenerator<LandedFile, { rows: number }>
  /** Ends whatever runs and gives the place in the admission queue back. Safe to call twice. */
  close(): Promise<void>
}

/** The codes with which an engine fails where it cannot read a part, or a value of it is not of the type that was planned. */
const readErrors: readonly string[] = ['INTERNAL_SERVER_ERROR', 'TYPE_MISMATCH', 'BAD_USER_INPUT']

/** Whether the parts that an engine was given may be why it failed: they cannot be read, or hold what was not planned. */
export function isReadError(thrown: unknown): boolean {
  return readErrors.includes(toDialsError(thrown).code)
}
