import { join } from 'node:path'
import { randomUUID } from 'node:crypto'
import { DuckDBBlobValue, type DuckDBConnection, type JS, type DuckDBValue } from '@duckdb/node-api'
import type { EngineSession, LandedFile, PartsOptions } from '../connector/engine.js'
import { SourceTimeout } from '../errors.js'
import { engineError } from './engine-error.js'
import { onePart, partsOf, rowsPerPart } from './parts.js'

const interruptAgainMs = 20

/** One DuckDB connection. The signal interrupts what runs; `close` frees temporary tables with the connection. */
export class DuckDbSession implements EngineSession {
  #closed = false
  #again: NodeJS.Timeout | undefined
  readonly #running = new Set<Promise<unknown>>()

  /** @param leave gives back the place that was waited for. */
  constructor(
    private readonly connection: DuckDBConnection,
    private readonly leave: () => void,
    private readonly signal: AbortSignal | undefined,
  ) {
    signal?.addEventListener('abort', this.#interrupt)
  }

  /** Until what runs has ended: an interrupt that comes before a query has its thread is lost. */
  readonly #interrupt = (): void => {
    if (this.#running.size === 0) return
    this.connection.interrupt()
    this.#again = setTimeout(this.#interrupt, interruptAgainMs)
  }

  async run(sql: string): Promise<void> {
    await this.#guard(() => this.connection.run(sql))
  }

  async rows(sql: string): Promise<Record<string, unknown>[]> {
    const reader = await this.#guard(() => this.connection.runAndReadAll(sql))
    return reader.convertRowObjects<JS | string>(plainValue)
  }

  async blobs(sql: string): Promise<(Uint8Array | null)[]> {
    const reader = await this.#guard(() => this.connection.runAndReadAll(sql))
    return (reader.getColumns()[0] ?? []).map((value) => (value instanceof DuckDBBlobValue ? value.bytes : null))
  }

  table(name: string, sql: string): Promise<number> {
    return this.#counted(`CREATE TEMP TABLE ${name} AS ${sql}`)
  }

  parts(sql: string, { folder, bytesMax, rowsMax = Infinity }: PartsOptions): AsyncGenerator<LandedFile, { rows: number }> {
    const work = { sql, run: (statement: string) => this.#counted(statement), interrupt: () => this.#interrupt() }
    const path = join(folder, randomUUID())
    return rowsMax <= rowsPerPart ? onePart(work, `${path}.parquet`, bytesMax) : partsOf(work, path, bytesMax)
  }

  /** The rows that a COPY or a CREATE TABLE AS has written. */
  async #counted(statement: string): Promise<number> {
    const [row] = await this.rows(statement)
    return Number(row?.['Count'] ?? 0)
  }

  rest(): void {
    this.leave()
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.signal?.removeEventListener('abort', this.#interrupt)
    this.#interrupt()
    await Promise.allSettled(this.#running)
    this.connection.closeSync()
    this.leave()
  }

  async #guard<T>(work: () => Promise<T>): Promise<T> {
    if (this.signal?.aborted === true || this.#closed) throw new SourceTimeout('The query was ended before it ran.')
    const running = work()
    this.#running.add(running)
    try {
      return await running
    } catch (thrown) {
      throw engineError(thrown)
    } finally {
      this.#running.delete(running)
      if (this.#running.size === 0) clearTimeout(this.#again)
    }
  }
}

/** Whole numbers stay exact (bigint); everything that JavaScript lacks is DuckDB's own text. */
function plainValue(value: DuckDBValue): JS | string {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return value
  return String(value)
}
