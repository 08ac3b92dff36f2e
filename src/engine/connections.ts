import type { DuckDBConnection, DuckDBInstance, DuckDBPreparedStatement } from '@duckdb/node-api'

/** How many idle connections are kept open. */
const idleMax = 4
/** How many statements a connection remembers, and the longest text of one. A longer text lists values and rarely comes twice. */
const statementsMax = 8
const textMax = 16_384

/** A prepared COPY, and the path that it writes to. */
interface PreparedCopy {
  readonly statement: DuckDBPreparedStatement
  readonly path: string
}

/**
 * A connection and the statements that it has run. A statement that comes a second time is prepared, because parsing, binding and planning
 * it takes longer than running it over 100,000 rows. A prepared statement does not see a database that was attached later, and fails after
 * a detach.
 */
export class KeptConnection {
  /** By text. The most recently used one is last. */
  readonly #asked = new Map<string, PreparedCopy | undefined>()

  constructor(readonly duckdb: DuckDBConnection) {}

  /**
   * The prepared COPY of a text that came before. Undefined at the first time.
   * @param write returns the statement that writes the rows of `text` to a path.
   */
  async prepared(text: string, newPath: () => string, write: (path: string) => string): Promise<PreparedCopy | undefined> {
    if (text.length > textMax) return undefined
    const before = this.#asked.has(text)
    const known = this.#asked.get(text) ?? (before ? await this.#prepare(newPath(), write) : undefined)
    this.#remember(text, known)
    return known
  }

  close(): void {
    this.duckdb.closeSync()
  }

  async #prepare(path: string, write: (path: string) => string): Promise<PreparedCopy> {
    return { statement: await this.duckdb.prepare(write(path)), path }
  }

  #remember(text: string, copy: PreparedCopy | undefined): void {
    this.#asked.delete(text)
    this.#asked.set(text, copy)
    if (this.#asked.size <= statementsMax) return
    const [oldest] = this.#asked
    if (oldest === undefined) return
    oldest[1]?.statement.destroySync()
    this.#asked.delete(oldest[0])
  }
}

/** The connections of an engine. `take` returns the idle one that was used last. Where none is idle, a new one is already open. */
export class Connections {
  readonly #idle: KeptConnection[] = []
  #next: Promise<KeptConnection> | undefined

  constructor(private readonly instance: DuckDBInstance) {}

  async take(): Promise<KeptConnection> {
    const idle = this.#idle.pop()
    if (idle !== undefined) return idle
    const opened = this.#next ?? this.#open()
    this.#next = this.#open()
    // `take` reports this error to its caller later, so it must not count as an unhandled rejection now.
    this.#next.catch(() => undefined)
    return opened
  }

  /** Takes a connection back for the next caller. It must be in the state in which it was taken. */
  give(connection: KeptConnection): void {
    if (this.#idle.length < idleMax) this.#idle.push(connection)
    else connection.close()
  }

  async close(): Promise<void> {
    for (const connection of this.#idle.splice(0)) connection.close()
    await this.#next?.then(
      (connection) => connection.close(),
      () => undefined,
    )
  }

  async #open(): Promise<KeptConnection> {
    return new KeptConnection(await this.instance.connect())
  }
}
