import type { Capabilities } from '../../../src/connector/capabilities.js'
import type { Relation } from '../../../src/connector/relation.js'
import type { CatalogueEvent } from '../../../src/connector/catalogue.js'
import type { LandedFile } from '../../../src/connector/engine.js'
import { scanOf } from '../../../src/connector/scan-of.js'
import type { Fragment, Health, PlannedFragment, Scan, ScanOptions, Source, SourceContext } from '../../../src/connector/source.js'
import { SourceTimeout, toDialsError } from '../../../src/errors.js'
import type { AccessSettings } from './entries.js'
import { executeScan, type Limits } from './execute-scan.js'
import { harvestTables } from './harvest.js'
import { PowerfulRole } from './powerful-role.js'
import { type Dialect, nativeText, planFragment, statementsFor } from './plan.js'
import { recogniseColumns } from './sample.js'
import type { SourceTable } from './source-table.js'
import type { Statement } from './statements.js'

/** How long the list of tables is reused before it is read again, in milliseconds. A new column may be queried after that. */
const tablesMsMax = 60_000
/** How long `capabilities` waits for the list of tables, in milliseconds. It can do without. */
const connectMsMax = 5000
/** A count that takes longer is given up, in milliseconds. The catalogue then has no count, rather than a guess. */
const countMsMax = 5000
const sampleBytesMax = 256 * 1024 * 1024

/** One kind of database, as DatabaseSource uses it. Its methods throw a DialsError. */
export interface Database<T extends SourceTable> {
  readonly dialect: Dialect
  /**
   * The tables that the configuration lists.
   * @throws PowerfulRole if the account may do more than read, and the configuration forbids it.
   */
  readTables(signal: AbortSignal): Promise<readonly T[]>
  /**
   * Runs one small statement in a transaction of its own and returns its rows as objects.
   * @throws SOURCE_TIMEOUT beyond `timeoutMs` milliseconds.
   */
  query(sql: string, signal: AbortSignal, timeoutMs?: number): Promise<unknown[]>
  /** Reads the rows of one statement, a part at a time. */
  read(statement: Statement, limits: Limits): AsyncGenerator<LandedFile, { rows: number }>
  /** The statement for a sample of a table's rows, from which its columns are recognised. */
  sampleOf(table: T): { statement: Statement; rowsMax: number }
  /** Ends every connection. Safe to call twice. */
  close(): Promise<void>
}

/** Settings of a source that is a database. */
export interface DatabaseSourceSettings extends AccessSettings {
  readonly statementTimeoutMs: number
}

/** A database of any kind as a source, or some of its tables. */
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
    const tables = await this.#read(signal).catch((thrown: unknown) => thrown)
    if (tables instanceof PowerfulRole) yield { kind: 'problem', sourceId: 'url', message: tables.problem }
    if (!(tables instanceof Map)) throw tables
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
   * The same for every table. If no tables were read yet, reads them for `plan`. A database that is down must not fail here: only the scan
   * fails.
   */
  async capabilities(): Promise<Capabilities> {
    if (this.#readAt === -Infinity) await this.#read(AbortSignal.timeout(connectMsMax)).catch(() => undefined)
    return this.database.dialect.capabilities
  }

  plan({ relation }: Fragment, capabilities: Capabilities): PlannedFragment {
    return planFragment(relation, capabilities, this.database.dialect)
  }

  native(pushed: Relation): string {
    return nativeText(pushed, this.#tables, this.database.dialect)
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
    const tables = await this.database.readTables(signal).catch((thrown: unknown) => {
      // An account that was given more power serves nothing more, at once.
      if (thrown instanceof PowerfulRole) this.#readAt = -Infinity
      throw thrown
    })
    this.#tables = new Map(tables.map((table) => [`${table.id}/${table.id}`, table]))
    this.#readAt = Date.now()
    return this.#tables
  }

  /** Counts exactly, or not at all: the database's statistics are estimates, and may be old. */
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
