import { DuckDBInstance } from '@duckdb/node-api'
import type { Answer, AnswerOptions, CombineOptions, Engine, LandedFile, LandedParts } from '../connector/engine.js'
import type { Relation, TableScan } from '../connector/relation.js'
import { Admission } from './admission.js'
import { answerOver } from './answer.js'
import { Connections } from './connections.js'
import { engineError } from './engine-error.js'
import { addPartKey } from './parts/part-key.js'
import { partsSql } from './parts/read-parts.js'
import { separateSql } from './parts/read-union.js'
import { DuckDbSession } from './session.js'
import { relationSql } from './sql/relation.js'
import { quote } from './sql/type.js'

/** What an engine may touch and use. */
export interface DuckDbOptions {
  /** The only folders whose files the engine may read and write. */
  folders: readonly string[]
  /**
   * Memory for all queries together. Beyond it a query ends with RESULT_TOO_LARGE: nothing spills to a disk unless there is a
   * `spillFolder`.
   */
  memoryMb: number
  /**
   * Where rows go that do not fit into memory, until their query has ended. For whoever keeps those rows on a disk in any case. Default:
   * nowhere.
   */
  spillFolder?: string
  /** Threads that work on queries. Default: one for each core. */
  threads?: number
  /** Queries at once. Default 16; keep it well below UV_THREADPOOL_SIZE. */
  running?: number
  /** Queries in line. Default 256. */
  waiting?: number
}

/**
 * Rows of a page, and its offset, up to which DuckDB may read the other columns for the page alone. Its default is 50; a sorted page of
 * 10,000 rows then takes three times as long, and one without an order, joined with itself, 3 ms more.
 */
const lateMaterializationRowsMax = 20_000

/** DuckDB in this process, and one instance for all its queries: a connection costs 0.3 ms, an instance 13 ms. */
export class DuckDbEngine implements Engine {
  readonly #connections: Connections
  #partKey: Promise<Buffer> | undefined

  private constructor(
    private readonly instance: DuckDBInstance,
    readonly admission: Admission,
  ) {
    this.#connections = new Connections(instance)
  }

  /** In memory only and locked: no extension, no other folder, no change of settings afterwards. */
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
    // allowed_directories cannot be an option of create(): set it, shut the rest, then lock.
    const folders = options.folders.map((folder) => quote(folder.endsWith('/') ? folder : `${folder}/`))
    await connection.run(`SET allowed_directories = [${folders.join(', ')}]`)
    await connection.run("SET GLOBAL TimeZone = 'UTC'")
    // A geometry is read by the connector, value by value: the engine's own reading gives up on the file at the first one that is damaged.
    await connection.run('SET GLOBAL enable_geoparquet_conversion = false')
    await connection.run(`SET GLOBAL late_materialization_max_rows = ${lateMaterializationRowsMax}`)
    await connection.run('SET enable_external_access = false')
    await connection.run('SET lock_configuration = true')
    connection.closeSync()
    return new DuckDbEngine(instance, new Admission(options.running ?? 16, options.waiting ?? 256))
  }

  compile(relation: Relation, from: (scan: TableScan) => string, rows?: number): string {
    return relationSql(relation, from, rows)
  }

  async answer(relation: Relation, parts: LandedParts, options: AnswerOptions): Promise<Answer> {
    const session = await this.connect(options.signal)
    try {
      return await answerOver(session, relation, parts, options, () => this.admission.reenter(options.signal))
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
    const session = await this.connect(signal)
    try {
      return yield* session.parts(separateSql(relation, parts), options)
    } finally {
      await session.close()
    }
  }

  async check(scan: TableScan, files: readonly LandedFile[], signal: AbortSignal): Promise<void> {
    const session = await this.connect(signal)
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
      const session = await this.connect()
      try {
        return await addPartKey(session)
      } finally {
        await session.close()
      }
    } catch (thrown) {
      this.#partKey = undefined
      throw thrown
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

  /** Rejects where the engine does not run. Asks past the admission queue: one that is busy is well. */
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
