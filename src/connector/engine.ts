import type { Shape } from './column.js'
import { toDialsError } from '../errors.js'
import type { Relation, TableScan } from './relation.js'

/**
 * How a part's columns are compressed. zstd makes parts a fifth smaller than snappy and needs a fifth more time, so it suits slow networks.
 */
export type PartCompression = 'snappy' | 'zstd'

/** A Parquet file in this process's scratch folder (tmpfs). The code that receives it releases it, once. */
export interface LandedFile {
  readonly path: string
  readonly bytes: number
  /** True where the file is encrypted with `Engine.partKey`, because the scratch folder is not in memory. Default: not encrypted. */
  readonly encrypted?: true
  release(): Promise<void>
}

/** The parts that answer each scan of a relation, by the scan's `table`. A scan without parts reads as an empty table. */
export type LandedParts = ReadonlyMap<string, readonly LandedFile[]>

/** The analytical engine (DuckDB). It works in memory and can reach only the folders that it was opened with. */
export interface Engine {
  /**
   * The engine's SQL for a relation, for connectors whose tables the engine reads and for `explain`. Pure.
   * @param from returns the table expression behind a scan, with columns c0 … cn.
   * @param rows how many rows the scans read, where known. A sorted page of many rows is found in another way. Default: few.
   */
  compile(relation: Relation, from: (scan: TableScan) => string, rows?: number): string
  /** Runs a relation over landed parts, and holds the rows until the answer is released. @throws as EngineSession does. */
  answer(relation: Relation, parts: LandedParts, options: AnswerOptions): Promise<Answer>
  /** Runs a relation over landed parts and writes its rows as new parts. @throws as EngineSession does. */
  combine(relation: Relation, parts: LandedParts, options: CombineOptions): AsyncGenerator<LandedFile, { rows: number }>
  /**
   * Runs a relation over landed parts and writes its rows as text in UTF-8, piece by piece, in order. Nothing of the engine is held between
   * two pieces. @throws as EngineSession does.
   */
  text(relation: Relation, parts: LandedParts, options: TextOptions): AsyncGenerator<Uint8Array, { rows: number }>
  /** Counts the rows of a relation over landed parts, and how long their texts are. @throws as EngineSession does. */
  measure(relation: Relation, parts: LandedParts, options: MeasureOptions): Promise<RowsMeasured>
  /** Runs a relation over landed parts and writes its rows as one Parquet file, with columns by their names. @throws as EngineSession does. */
  parquet(relation: Relation, parts: LandedParts, options: ParquetOptions): Promise<{ file: LandedFile; rows: number }>
  /** Gives the columns of a part their names, in place. No relation can read it afterwards. @returns its new length in bytes. */
  nameColumns(path: string, columns: readonly NamedShape[]): Promise<number>
  /** Reads every value of one scan's parts. @throws where they cannot be read, or their values do not have the types of the scan. */
  check(scan: TableScan, files: readonly LandedFile[], signal: AbortSignal): Promise<void>
  /** The 256-bit key for parts that cannot stay in memory. Made at the first call, never written to a disk, and lost with the process. */
  partKey(): Promise<Buffer>
  /**
   * A connection for one piece of work. Waits in the admission queue. The signal ends the wait, and any statement that the session runs.
   */
  connect(signal?: AbortSignal): Promise<EngineSession>
  close(): Promise<void>
}

/** How a column's cells appear in JSON; the same for every row of a result (graphql/surface.graphql, Encoding). */
export type Encoding = 'BOOLEAN' | 'NUMBER' | 'STRING' | 'LIST' | 'OBJECT'

/** The format of a row in JSON: an array of its cells, or an object by their columns' names. */
export type RowFormat = 'rows' | 'records'

/** EXACT: INT64 and DECIMAL keep every digit. DOUBLE: every number is a JSON number. */
export type Numbers = 'EXACT' | 'DOUBLE'

/** How an answer is to be made. */
export interface AnswerOptions {
  readonly signal: AbortSignal
  /** The columns of the relation. Records use these names. */
  readonly columns: readonly NamedShape[]
  /** Rows of the page. The relation answers at most one more. */
  readonly limit: number
  /** Set where the rows will be read only once, in this format and with exact numbers. Default: any format, any number of times. */
  readonly format?: RowFormat | undefined
}

/**
 * How rows are written as text, without what stands before the first and after the last of them. CSV: RFC 4180, each row with its line end;
 * under ESCAPE a text that a spreadsheet would run as a formula begins with an apostrophe. NDJSON: an object in each line. GEOJSON:
 * features of the geometry in one column, each after a comma and a line end. SHEET: rows of a worksheet's XML, each with its number; the
 * cells that hold numbers have the style of their column.
 */
export type TextForm =
  | { readonly kind: 'CSV'; readonly separator: string; readonly formulas: 'ESCAPE' | 'KEEP' }
  | { readonly kind: 'NDJSON' }
  | { readonly kind: 'GEOJSON'; readonly geometry: number }
  | { readonly kind: 'SHEET'; readonly styles: readonly number[] }

/** How rows are to be written as text. */
export interface TextOptions {
  readonly signal: AbortSignal
  /** The columns of the relation. */
  readonly columns: readonly NamedShape[]
  readonly form: TextForm
  /** Rows that were written before these, for a form that numbers them. Default: none. */
  readonly after?: number
}

/** What is to be measured. */
export interface MeasureOptions {
  readonly signal: AbortSignal
  /** The columns of the relation. */
  readonly columns: readonly NamedShape[]
}

/** How many rows there are, how many bytes of text (UTF-8), and how many characters (UTF-16) the longest text of each column has. */
export interface RowsMeasured {
  readonly rows: number
  readonly bytes: number
  readonly longest: readonly number[]
}

/** Where the rows are to be written as one file, and under which names. */
export interface ParquetOptions {
  readonly signal: AbortSignal
  readonly columns: readonly NamedShape[]
  readonly folder: string
  readonly bytesMax: number
}

/** A column of an answer: its name, and the shape of its values. */
export interface NamedShape {
  readonly name: string
  readonly shape: Shape
}

/** The rows of a relation, held by the engine until released. */
export interface Answer {
  /** The rows that the relation has: at most one more than the page. */
  readonly rows: number
  /** How each column of the page appears in JSON. */
  readonly encodings: readonly Encoding[]
  /** The page as JSON text in UTF-8, in pieces: an array of rows. @throws RESULT_TOO_LARGE beyond 64 MiB of text. */
  json(format: RowFormat, numbers: Numbers): Promise<Uint8Array[]>
  /** Frees the rows. Safe to call twice. */
  release(): Promise<void>
}

/** Where the parts of a result are written, and how many bytes they may have together. */
export interface PartsOptions {
  readonly folder: string
  readonly bytesMax: number
  /**
   * The most rows to expect. Rows that fit one part are written as one file, in half the time. Where there are more rows, that one file
   * holds them all. Default: many.
   */
  readonly rowsMax?: number
  /** Whether the parts keep the order of the rows. It costs half the time again, since one thread writes them then. Default: false. */
  readonly ordered?: boolean
  /** Default: snappy. */
  readonly compression?: PartCompression | undefined
}

/** `PartsOptions` with the signal that ends the work. */
export interface CombineOptions extends PartsOptions {
  readonly signal: AbortSignal
}

/** One connection. Where the data or a limit is at fault, errors are DialsErrors: RESULT_TOO_LARGE, TYPE_MISMATCH, BAD_USER_INPUT. */
export interface EngineSession {
  run(sql: string): Promise<void>
  /** For small answers only, since every value becomes a JavaScript value (BIGINT and wider as bigint, DECIMAL and dates as text). */
  rows(sql: string): Promise<Record<string, unknown>[]>
  /**
   * Writes the result as Parquet files of about 122,880 rows in `folder`. Yields each file once it is complete, and returns the number of
   * rows.
   */
  parts(sql: string, options: PartsOptions): AsyncGenerator<LandedFile, { rows: number }>
  /** Interrupts a running statement and leaves the admission queue. Safe to call twice. */
  close(): Promise<void>
}

/** The error codes of an engine that cannot read a part, or finds a value that does not have the planned type. */
const readErrors: readonly string[] = ['INTERNAL_SERVER_ERROR', 'TYPE_MISMATCH', 'BAD_USER_INPUT']

/** Whether an engine may have failed because of the parts that it read: they are damaged, or their types are not the planned ones. */
export function isReadError(thrown: unknown): boolean {
  return readErrors.includes(toDialsError(thrown).code)
}
