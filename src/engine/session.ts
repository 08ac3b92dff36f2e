import { randomUUID } from 'node:crypto'
import { renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DuckDBBlobValue, type DuckDBConnection, type JS, type DuckDBValue } from '@duckdb/node-api'
import type { EngineSession, LandedFile, PartCompression, PartsOptions } from '../connector/engine.js'
import { SourceTimeout } from '../errors.js'
import type { Connections, KeptConnection } from './connections.js'
import { engineError } from './engine-error.js'
import { inOrder } from './parts/in-order.js'
import { type CopyWork, copyStatement, onePart, partsOf, rowsPerPart, wholeFile } from './parts/write-parts.js'

const interruptAgainMs = 20

/**
 * One DuckDB connection. The signal interrupts a running statement. `close` gives the connection back for reuse where every statement
 * succeeded and left nothing behind. Otherwise it closes the connection, which also frees temporary tables.
 */
export class DuckDbSession implements EngineSession {
  #closed = false
  /** True while every statement succeeded and left nothing behind in the connection. */
  #asItWas = true
  #again: NodeJS.Timeout | undefined
  readonly #running = new Set<Promise<unknown>>()

  /** @param leave gives the place in the admission queue back. */
  constructor(
    private readonly kept: KeptConnection,
    private readonly connections: Connections,
    private readonly leave: () => void,
    private readonly signal: AbortSignal | undefined,
  ) {
    signal?.addEventListener('abort', this.#interrupt)
  }

  /** Interrupts repeatedly until the statement ends, because DuckDB ignores an interrupt that arrives before the query has its thread. */
  readonly #interrupt = (): void => {
    if (this.#running.size === 0) return
    this.#asItWas = false
    this.connection.interrupt()
    this.#again = setTimeout(this.#interrupt, interruptAgainMs)
  }

  private get connection(): DuckDBConnection {
    return this.kept.duckdb
  }

  async run(sql: string): Promise<void> {
    this.#asItWas = false
    await this.#guard(() => this.connection.run(sql))
  }

  async rows(sql: string): Promise<Record<string, unknown>[]> {
    const reader = await this.#guard(() => this.connection.runAndReadAll(sql))
    return reader.convertRowObjects<JS | string>(plainValue)
  }

  /**
   * The BLOBs of a query's first column as bytes, and null for NULL. Use it for text that is sent as bytes, which should not become a
   * string first.
   */
  async blobs(sql: string): Promise<(Uint8Array | null)[]> {
    const reader = await this.#guard(() => this.connection.runAndReadAll(sql))
    return (reader.getColumns()[0] ?? []).map((value) => (value instanceof DuckDBBlobValue ? value.bytes : null))
  }

  /** Creates a temporary table of a query's rows in this connection, and returns how many there are. */
  table(name: string, sql: string): Promise<number> {
    this.#asItWas = false
    return this.#counted(`CREATE TEMP TABLE ${name} AS ${sql}`)
  }

  parts(
    sql: string,
    { folder, bytesMax, rowsMax = Infinity, ordered = false, compression = 'snappy' }: PartsOptions,
  ): AsyncGenerator<LandedFile, { rows: number }> {
    const path = join(folder, randomUUID())
    if (rowsMax <= rowsPerPart) return onePart((to) => this.#copied(sql, to, folder, compression), `${path}.parquet`, bytesMax)
    return partsOf(this.#copyOf(ordered ? inOrder(sql) : sql, compression), path, bytesMax)
  }

  /** Writes a query's rows as one Parquet file in `folder`. @throws RESULT_TOO_LARGE beyond `bytesMax`. */
  file(sql: string, folder: string, bytesMax: number): Promise<{ file: LandedFile; rows: number }> {
    return wholeFile(this.#copyOf(sql, 'snappy'), join(folder, randomUUID()), bytesMax)
  }

  #copyOf(sql: string, compression: PartCompression): CopyWork {
    return { sql, compression, run: (statement) => this.#counted(statement), interrupt: () => this.#interrupt() }
  }

  /** Writes a query's rows to a path, with a prepared statement where the query ran before. Returns how many rows there are. */
  async #copied(sql: string, path: string, folder: string, compression: PartCompression): Promise<number> {
    const write = (to: string) => copyStatement(sql, to, compression)
    const copy = await this.#guard(() => this.kept.prepared(write(''), () => join(folder, `${randomUUID()}.parquet`), write))
    if (copy === undefined) return this.#counted(write(path))
    try {
      const { rowsChanged } = await this.#guard(() => copy.statement.run())
      renameSync(copy.path, path)
      return rowsChanged
    } catch (thrown) {
      rmSync(copy.path, { force: true })
      throw thrown
    }
  }

  /** Runs a COPY or a CREATE TABLE AS, and returns how many rows it wrote. */
  async #counted(statement: string): Promise<number> {
    const [row] = await this.rows(statement)
    return Number(row?.['Count'] ?? 0)
  }

  /** Gives the place in the admission queue back. The connection stays open, with the finished result in it. */
  rest(): void {
    this.leave()
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.signal?.removeEventListener('abort', this.#interrupt)
    this.#interrupt()
    await Promise.allSettled(this.#running)
    if (this.#asItWas) this.connections.give(this.kept)
    else this.kept.close()
    this.leave()
  }

  async #guard<T>(work: () => Promise<T>): Promise<T> {
    if (this.signal?.aborted === true || this.#closed) throw new SourceTimeout('The query was ended before it ran.')
    const running = work()
    this.#running.add(running)
    try {
      return await running
    } catch (thrown) {
      this.#asItWas = false
      throw engineError(thrown)
    } finally {
      this.#running.delete(running)
      if (this.#running.size === 0) clearTimeout(this.#again)
    }
  }
}

/** Integers stay exact (bigint). A value that JavaScript has no type for becomes DuckDB's text of it. */
function plainValue(value: DuckDBValue): JS | string {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint')
    return value
  return String(value)
}
