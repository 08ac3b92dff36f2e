import { createConnection, createPool, type Pool, type PoolConnection, type Query, type QueryOptions, type SslOptions } from 'mysql2'
import { SourceUnavailable } from '../../src/errors.js'
import { connectionFrom, connectionLimits, inTransaction, queryEnded, type Transaction } from '../shared/database/connection.js'
import type { MysqlConfig } from './config.js'
import { mysqlError } from './errors.js'
import { integer } from '../shared/database/integer.js'

/** One connection inside a read-only transaction. Its methods throw a DialsError. */
export interface Session extends Transaction {
  /** Runs one statement and returns its rows as objects. */
  query(sql: string): Promise<unknown[]>
  /** Starts a statement whose rows the caller streams. */
  start(options: QueryOptions): Query
  /** Rejects when the connection ends, or does not answer a cancellation. */
  readonly broken: Promise<never>
}

/**
 * The connections of one source. Each piece of work runs in a READ ONLY transaction of its own. When its signal ends, the running statement
 * is killed at the server.
 */
export class Connections {
  readonly #pool: Pool
  #closed: Promise<void> | undefined

  constructor(
    private readonly config: MysqlConfig,
    private readonly ssl: SslOptions | undefined,
  ) {
    this.#pool = createPool({ ...this.#settings(), connectionLimit: config.connections, idleTimeout: connectionLimits.idleMs })
  }

  /**
   * Begins a transaction, which the caller must close.
   * @param timeoutMs the most for each statement, in milliseconds; never more than the configuration allows.
   */
  async begin(signal: AbortSignal, timeoutMs = this.config.statementTimeoutMs): Promise<Session> {
    if (this.#closed !== undefined) throw new SourceUnavailable('This source was closed.')
    if (signal.aborted) throw queryEnded()
    const connection = await this.#connect(signal)
    let giveUp: NodeJS.Timeout | undefined
    let cancel = () => undefined as void
    let lose = () => undefined as void
    // mysql2 does not tell a running statement that its pooled connection has ended.
    const broken = new Promise<never>((_, reject) => {
      lose = () => reject(signal.aborted ? queryEnded() : mysqlError({}))
      cancel = () => {
        this.#kill(connection)
        giveUp = setTimeout(lose, connectionLimits.cancelMs)
      }
    })
    broken.catch(() => undefined)
    connection.once('end', lose)
    signal.addEventListener('abort', cancel, { once: true })
    let isCommitted = false
    let isClosed = false
    const session: Session = {
      query: (sql) => {
        const answer = new Promise<unknown[]>((resolve, reject) => {
          connection.query(sql, (error, rows) => {
            if (error === null) resolve(rows as unknown[])
            else reject(signal.aborted ? queryEnded() : mysqlError(error))
          })
        })
        return Promise.race([answer, broken])
      },
      broken,
      start: (options) => connection.query(options),
      async commit() {
        await session.query('COMMIT')
        isCommitted = true
      },
      close() {
        if (isClosed) return
        isClosed = true
        signal.removeEventListener('abort', cancel)
        clearTimeout(giveUp)
        connection.removeListener('end', lose)
        if (isCommitted && !signal.aborted) connection.release()
        else connection.destroy()
      },
    }
    try {
      const [row] = (await session.query('SELECT VERSION() AS version')) as { version: string }[]
      await session.query(this.#sessionSql(row?.version ?? '', timeoutMs))
      await session.query('START TRANSACTION READ ONLY')
      return session
    } catch (thrown) {
      session.close()
      throw thrown
    }
  }

  /** Runs work in a transaction of its own. */
  use<T>(signal: AbortSignal, work: (session: Session) => Promise<T>, timeoutMs?: number): Promise<T> {
    return inTransaction(this.begin(signal, timeoutMs), work)
  }

  /** Ends every connection. Safe to call twice. */
  close(): Promise<void> {
    this.#closed ??= new Promise((resolve) => this.#pool.end(() => resolve()))
    return this.#closed
  }

  #settings() {
    return {
      uri: this.config.url.replace(/^mariadb:/, 'mysql:'),
      charset: 'utf8mb4',
      connectTimeout: connectionLimits.connectMs,
      dateStrings: true,
      ...(this.ssl === undefined ? {} : { ssl: this.ssl }),
    }
  }

  #connect(signal: AbortSignal): Promise<PoolConnection> {
    const connecting = new Promise<PoolConnection>((resolve, reject) => {
      this.#pool.getConnection((error, connection) => {
        if (error === null) resolve(connection)
        else reject(mysqlError(error))
      })
    })
    return connectionFrom(connecting, signal, (connection) => connection.release())
  }

  /** Kills the running statement over a separate connection. */
  #kill({ threadId }: PoolConnection): void {
    const other = createConnection(this.#settings())
    other.on('error', () => undefined)
    other.query(`KILL QUERY ${integer(threadId)}`, () => other.destroy())
  }

  #sessionSql(version: string, timeoutMs: number): string {
    const within = Math.max(1, Math.min(Math.ceil(timeoutMs), this.config.statementTimeoutMs))
    const settings = {
      sql_mode: "'NO_BACKSLASH_ESCAPES,STRICT_ALL_TABLES,ONLY_FULL_GROUP_BY'",
      time_zone: "'+00:00'",
      lock_wait_timeout: integer(Math.ceil(this.config.lockTimeoutMs / 1000)),
      ...(version.includes('MariaDB') ? { max_statement_time: String(within / 1000) } : { max_execution_time: integer(within) }),
    }
    return `SET SESSION ${Object.entries(settings)
      .map(([name, value]) => `${name} = ${value}`)
      .join(', ')}`
  }
}
