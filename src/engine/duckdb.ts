import { randomBytes } from 'node:crypto'
import { DuckDBInstance } from '@duckdb/node-api'
import type {
  Answer,
  AnswerOptions,
  CombineOptions,
  Engine,
  LandedFile,
  LandedParts,
  MeasureOptions,
  NamedShape,
  ParquetOptions,
  RowsMeasured,
  TextOptions,
} from '../connector/engine.js'
import type { Relation, TableScan } from '../connector/relation.js'
import { isSorted } from '../connector/traverse.js'
import { Admission } from './admission.js'
import { answerOver } from './answer.js'
import { Connections } from './connections.js'
import { engineError } from './engine-error.js'
import { hasMedian, medianBytes } from './median-bytes.js'
import { MemoryPool } from './memory-pool.js'
import { addPartKey } from './parts/part-key.js'
import { nameColumns } from './parts/name-columns.js'
import { countRows, partsSql } from './parts/read-parts.js'
import { separateSql } from './parts/read-union.js'
import { DuckDbSession } from './session.js'
import { relationSql } from './sql/relation.js'
import { quote } from './sql/type.js'
import { measure } from './text/measure.js'
import { writeText } from './text/write-text.js'

/** What an engine may read, write and use. */
export interface DuckDbOptions {
  /** The only folders whose files the engine may read and write. */
  folders: readonly string[]
  /** Memory for all queries together, in MB. A query that needs more fails with RESULT_TOO_LARGE, unless there is a `spillFolder`. */
  memoryMb: number
  /**
   * Where rows that do not fit into memory are written until their query ends. Only for rows that are stored on a disk anyway. Default:
   * none.
   */
  spillFolder?: string
  /** Threads that work on queries. Default: one for each core. */
  threads?: number
  /** Queries that run at once. Keep it well below UV_THREADPOOL_SIZE. Default: 16. */
  running?: number
  /** Queries that wait in line. Default: 256. */
  waiting?: number
  /** An engine whose parts this one reads too: it gets that engine's key for them. Default: none. */
  partsOf?: DuckDbEngine
}

/**
 * Up to this many rows, offset included, DuckDB may sort a page first and read its other columns afterwards. DuckDB's default of 50 makes a
 * sorted page of 10,000 rows three times as slow. The larger value costs a page without an order 3 ms, because DuckDB then joins the scan
 * with itself.
 */
const lateMaterializationRowsMax = 20_000

/** DuckDB in this process. Its queries share one instance: a connection takes 0.3 ms, an instance 13 ms. */
export class DuckDbEngine implements Engine {
  readonly admission: Admission
  readonly #connections: Connections
  /** For what DuckDB does not count towards its limit. */
  readonly #uncounted: MemoryPool
  readonly #partsOf: DuckDbEngine | undefined
  #partKey: Promise<Buffer> | undefined

  private constructor(
    private readonly instance: DuckDBInstance,
    { memoryMb, running = 16, waiting = 256, partsOf }: DuckDbOptions,
  ) {
    this.admission = new Admission(running, waiting)
    this.#connections = new Connections(instance)
    this.#uncounted = new MemoryPool((memoryMb * 1e6) / 2, 'The medians of this query')
    this.#partsOf = partsOf
  }

  /** Opens an engine in memory and locks it: no extensions, no other folders, and no later change of settings. */
  static async open(options: DuckDbOptions): Promise<DuckDbEngine> {
    const instance = await DuckDBInstance.create(':memory:', {
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
      allow_community_extensions: 'false',
      temp_directory: options.spillFolder ?? '',
      memory_limit: `${options.memoryMb}MB`,
      ...(options.threads === undefined ? {} : { threads: String(options.threads) }),
    })
    const connection = await instance.connect()
    // create() does not accept allowed_directories, so set it first, then disable external access, then lock the settings.
    // The engine compares them with the text of a path, where a reader writes the signs of a glob in brackets.
    const spelled = options.folders.flatMap((folder) => [folder, folder.replace(/[*?[]/g, '[$&]')])
    const folders = [...new Set(spelled)].map((folder) => quote(folder.endsWith('/') ? folder : `${folder}/`))
    await connection.run(`SET allowed_directories = [${folders.join(', ')}]`)
    await connection.run("SET GLOBAL TimeZone = 'UTC'")
    // The connector reads geometries, value by value: the engine's own conversion fails the whole file at the first damaged one.
    await connection.run('SET GLOBAL enable_geoparquet_conversion = false')
    await connection.run(`SET GLOBAL late_materialization_max_rows = ${lateMaterializationRowsMax}`)
    // This version's filters of one side of a join by the keys of the other have had wrong answers; `keys` of our own do that work.
    await connection.run("SET GLOBAL disabled_optimizers = 'join_filter_pushdown'")
    await connection.run('SET enable_external_access = false')
    await connection.run('SET lock_configuration = true')
    connection.closeSync()
    return new DuckDbEngine(instance, options)
  }

  compile(relation: Relation, from: (scan: TableScan) => string, rows?: number): string {
    return relationSql(relation, from, rows)
  }

  async answer(relation: Relation, parts: LandedParts, options: AnswerOptions): Promise<Answer> {
    const session = await this.#connectTo(parts, options.signal)
    try {
      const run = () => answerOver(session, relation, parts, options, () => this.admission.reenter(options.signal))
      return await this.#holdingMedians(session, relation, parts, options.signal, run)
    } catch (thrown) {
      await session.close()
      throw thrown
    }
  }

  async *combine(
    relation: Relation,
    parts: LandedParts,
    { signal, ...options }: CombineOptions,
  ): AsyncGenerator<LandedFile, { rows: number }> {
    const session = await this.#connectTo(parts, signal)
    try {
      return yield* session.parts(separateSql(relation, parts), { ordered: isSorted(relation), ...options })
    } finally {
      await session.close()
    }
  }

  text(relation: Relation, parts: LandedParts, options: TextOptions): AsyncGenerator<Uint8Array, { rows: number }> {
    return writeText(relation, parts, options, async (work) => {
      const session = await this.#connectTo(parts, options.signal)
      try {
        return await work(session)
      } finally {
        await session.close()
      }
    })
  }

  async measure(relation: Relation, parts: LandedParts, { signal, columns }: MeasureOptions): Promise<RowsMeasured> {
    const session = await this.#connectTo(parts, signal)
    try {
      return await measure(session, relation, parts, columns)
    } finally {
      await session.close()
    }
  }

  async parquet(
    relation: Relation,
    parts: LandedParts,
    { signal, columns, folder, bytesMax }: ParquetOptions,
  ): Promise<{ file: LandedFile; rows: number }> {
    const session = await this.#connectTo(parts, signal)
    try {
      const write = () => session.file(separateSql(relation, parts), folder, bytesMax)
      const { file, rows } = await this.#holdingMedians(session, relation, parts, signal, write)
      return { file: { ...file, bytes: await this.nameColumns(file.path, columns) }, rows }
    } finally {
      await session.close()
    }
  }

  nameColumns(path: string, columns: readonly NamedShape[]): Promise<number> {
    return nameColumns(
      path,
      columns.map(({ name }) => name),
    )
  }

  async check(scan: TableScan, files: readonly LandedFile[], signal: AbortSignal): Promise<void> {
    const session = await this.#connectTo(new Map([[scan.table, files]]), signal)
    try {
      await session.rows(`SELECT max(hash(parts)) AS read FROM ${partsSql(scan, files)}`)
    } finally {
      await session.close()
    }
  }

  partKey(): Promise<Buffer> {
    this.#partKey ??= this.#addPartKey()
    return this.#partKey
  }

  async #addPartKey(): Promise<Buffer> {
    try {
      const key = (await this.#partsOf?.partKey()) ?? randomBytes(32)
      const session = await this.connect()
      try {
        await addPartKey(session, key)
        return key
      } finally {
        await session.close()
      }
    } catch (thrown) {
      this.#partKey = undefined
      throw thrown
    }
  }

  /** A session that can read these parts. */
  async #connectTo(parts: LandedParts, signal: AbortSignal): Promise<DuckDbSession> {
    if ([...parts.values()].flat().some(({ encrypted }) => encrypted === true)) await this.partKey()
    return this.connect(signal)
  }

  /** Runs work once there is memory for the medians of its relation. */
  async #holdingMedians<T>(
    session: DuckDbSession,
    relation: Relation,
    parts: LandedParts,
    signal: AbortSignal,
    work: () => Promise<T>,
  ): Promise<T> {
    if (!hasMedian(relation)) return work()
    const giveBack = await this.#uncounted.take(medianBytes(relation, await countRows(session, relation, parts)), signal)
    try {
      return await work()
    } finally {
      giveBack()
    }
  }

  async connect(signal?: AbortSignal): Promise<DuckDbSession> {
    const leave = await this.admission.enter(signal)
    try {
      return new DuckDbSession(await this.#connections.take(), this.#connections, leave, signal)
    } catch (thrown) {
      leave()
      throw engineError(thrown)
    }
  }

  /** Rejects where the engine does not work. It does not wait in the admission queue, because a busy engine is healthy. */
  async answers(): Promise<void> {
    const connection = await this.instance.connect()
    try {
      await connection.run('SELECT 1')
    } finally {
      connection.closeSync()
    }
  }

  async close(): Promise<void> {
    await this.#connections.close()
    this.instance.closeSync()
  }
}
