import type { DuckDBConnection, DuckDBInstance, DuckDBPreparedStatement } from '@duckdb/node-api'

/** Connections that are kept while nobody uses them. */
const idleMax = 4
/** Statements that a connection remembers, and the longest text of one: a longer one lists values, and is hardly asked twice. */
const statementsMax = 8
const textMax = 16_384

/** A COPY into a path of its own, prepared. */
interface PreparedCopy {
  readonly statement: DuckDBPreparedStatement
  readonly path: string
}

/**
 * A connection and what it has been asked before: a statement that is asked again is prepared then, since to parse, bind and plan one takes
 * longer than to run it over 100,000 rows. What a database attached since then holds cannot be in it, and one that was detached makes it
 * fail.
 */
export class KeptConnection {
  /** By text; the one that was used last is the last. */
  readonly #asked = new Map<string, PreparedCopy | undefined>()

  constructor(readonly duckdb: DuckDBConnection) {}

  /**
   * The prepared form of what was asked before; undefined where that is the first time. `write` answers the statement that puts the rows of
   * `text` at a path.
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

/** The connections of an engine: the one that was used last is used next. Where none is idle, a new one is ready. */
export class Connections {
  readonly #idle: KeptConnection[] = []
  #next: Promise<KeptConnection> | undefined

  constructor(private readonly instance: DuckDBInstance) {}

  async take(): Promise<KeptConnection> {
    const idle = this.#idle.pop()
    if (idle !== undefined) return idle
    const taken = this.#next ?? this.#open()
    this.#next = this.#open()
    // Whoever takes it is told.
    this.#next.catch(() => undefined)
    return taken
  }

  /** For the next one, of a connection that was left as it was found. */
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
