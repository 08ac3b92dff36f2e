import type { Capabilities } from '../../../src/connector/capabilities.js'
import type { CatalogueEvent } from '../../../src/connector/catalogue.js'
import type { LandedFile } from '../../../src/connector/engine.js'
import { scanOf } from '../../../src/connector/scan-of.js'
import type { Fragment, Health, PlannedFragment, Scan, ScanOptions, Source, SourceContext } from '../../../src/connector/source.js'
import { SourceTimeout, toDialsError } from '../../../src/errors.js'
import type { AccessSettings } from './entries.js'
import { executeScan, type Limits } from './execute-scan.js'
import { harvestTables } from './harvest.js'
import { type Dialect, planFragment, statementsFor } from './plan.js'
import { recogniseColumns } from './sample.js'
import type { SourceTable } from './source-table.js'
import type { Statement } from './statements.js'

/** How long what the database has is taken for what it had: a column that is new may then be asked for. */
const tablesMsMax = 60_000
/** How long a query waits for what it could do without. */
const connectMsMax = 5000
/** An exact count that takes longer is not worth it: no count is told then, rather than a guess. */
const countMsMax = 5000
const sampleBytesMax = 256 * 1024 * 1024

/** One database that is reached. What any of it throws is a DialsError. */
export interface Database<T extends SourceTable> {
  readonly dialect: Dialect
  /** The tables that the configuration lists. */
  readTables(signal: AbortSignal): Promise<readonly T[]>
  /** Runs one small statement in a transaction of its own; its rows as objects. SOURCE_TIMEOUT beyond `timeoutMs`, in milliseconds. */
  query(sql: string, signal: AbortSignal, timeoutMs?: number): Promise<unknown[]>
  /** One statement's rows, a part at a time. */
  read(statement: Statement, limits: Limits): AsyncGenerator<LandedFile, { rows: number }>
  /** Some rows of a table, to see what its columns are. */
  sampleOf(table: T): { statement: Statement; rowsMax: number }
  /** Ends every connection. Safe to call twice. */
  close(): Promise<void>
}

/** Settings of a source that is a database. */
export interface DatabaseSourceSettings extends AccessSettings {
  readonly statementTimeoutMs: number
}

/** A database as a source, or some of its tables: whatever kind it is of. */
export class DatabaseSource<T extends SourceTable> implements Source {
  #tables: ReadonlyMap<string, T> = new Map()
  #readAt = -Infinity

  constructor(
    private readonly database: Database<T>,
    private readonly settings: DatabaseSourceSettings,
    private readonly context: SourceContext,
  ) {}

  async *harvest(_cursor: string | undefined, signal: AbortSignal): AsyncIterable<CatalogueEvent> {
    const { database, settings, context } = this
    const tables = await this.#read(signal)
    const recognise = (table: T) => {
      const { statement, rowsMax } = database.sampleOf(table)
      return recogniseColumns(
        table,
        database.read(statement, { signal, rowsMax, bytesMax: sampleBytesMax, deadline: Date.now() + settings.statementTimeoutMs }),
        context.engine,
        signal,
      )
    }
    yield* harvestTables(
      [...tables.values()],
      { config: settings, log: context.log, recognise, countRows: (table) => this.#countRows(table, signal) },
      signal,
    )
  }

  /**
   * The same for every table. Where no table was read yet, they are read first, for `plan` to name; a database that is down fails the scan
   * alone.
   */
  async capabilities(): Promise<Capabilities> {
    if (this.#readAt === -Infinity) await this.#read(AbortSignal.timeout(connectMsMax)).catch(() => undefined)
    return this.database.dialect.capabilities
  }

  plan({ relation }: Fragment, capabilities: Capabilities): PlannedFragment {
    return planFragment(relation, capabilities, this.#tables, this.database.dialect)
  }

  execute({ pushed }: PlannedFragment, options: ScanOptions): Scan {
    const {
      database,
      context: { engine, scratchFolder },
    } = this
    const statements = async (signal: AbortSignal) => statementsFor(pushed, await this.#current(signal), database.dialect)
    return scanOf(
      executeScan(options, { engine, scratchFolder, statements, read: (statement, limits) => database.read(statement, limits) }),
    )
  }

  async health(signal: AbortSignal): Promise<Health> {
    try {
      await this.database.query('SELECT 1', signal)
      return { status: 'UP' }
    } catch (thrown) {
      const { message, cause } = toDialsError(thrown)
      return { status: 'DOWN', message: cause instanceof Error ? `${message} (${cause.message})` : message }
    }
  }

  close(): Promise<void> {
    return this.database.close()
  }

  async #current(signal: AbortSignal): Promise<ReadonlyMap<string, T>> {
    return Date.now() - this.#readAt < tablesMsMax ? this.#tables : this.#read(signal)
  }

  async #read(signal: AbortSignal): Promise<ReadonlyMap<string, T>> {
    const tables = await this.database.readTables(signal)
    this.#tables = new Map(tables.map((table) => [`${table.id}/${table.id}`, table]))
    this.#readAt = Date.now()
    return this.#tables
  }

  /** Exact, or nothing: statistics are guesses, and may be as old as when they were last gathered. */
  async #countRows(table: SourceTable, signal: AbortSignal): Promise<number | undefined> {
    const { dialect } = this.database
    try {
      const [row] = await this.database.query(
        `SELECT count(*) AS n FROM ${dialect.quoteName(table.schema)}.${dialect.quoteName(table.name)}`,
        signal,
        countMsMax,
      )
      return Number((row as { n: number | string }).n)
    } catch (thrown) {
      if (thrown instanceof SourceTimeout && !signal.aborted) return undefined
      throw thrown
    }
  }
}
