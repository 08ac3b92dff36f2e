import type { Socket } from 'node:net'
import pg from 'pg'
import type { Log } from '../../src/connector/source.js'
import { SourceUnavailable } from '../../src/errors.js'
import { connectionFrom, connectionLimits, inTransaction, queryEnded, type Transaction } from '../shared/database/connection.js'
import { beginSql } from './begin-sql.js'
import { cancelRequest } from './cancel.js'
import type { PostgresConfig } from './config.js'
import { postgresError } from './errors.js'

/** Properties of a pg client that its types leave out. */
interface Wired {
  readonly connection: { readonly stream: Socket }
}

/** One connection inside a read-only transaction. Its methods throw a DialsError. */
export interface Session extends Transaction {
  /** Runs one statement and returns its rows, as pg reads them. */
  query(sql: string): Promise<unknown[]>
  /** Starts a statement that reads the connection itself, and settles when it has ended. */
  submit<T extends pg.Submittable & { readonly ended: Promise<void> }>(statement: T): Promise<void>
}

/** The limits for one piece of work. */
export interface Within {
  readonly signal: AbortSignal
  /** The most for each statement, in milliseconds. Default, and upper bound: the configuration's statementTimeoutMs. */
  readonly timeoutMs?: number
}

/**
 * The connections of one source. Each piece of work runs in a READ ONLY transaction of its own. Its settings end with it, so a pooler
 * before the server is safe. When the signal ends, the running statement is cancelled at the server.
 */
export class Connections {
  readonly #pool: pg.Pool
  #closed: Promise<void> | undefined

  constructor(
    private readonly config: PostgresConfig,
    address: Pick<pg.PoolConfig, 'connectionString' | 'ssl'>,
    log: Log,
  ) {
    this.#pool = new pg.Pool({
      ...address,
      application_name: 'seven-dials',
      max: config.connections,
      connectionTimeoutMillis: connectionLimits.connectMs,
      idleTimeoutMillis: connectionLimits.idleMs,
      keepAlive: true,
      allowExitOnIdle: true,
    })
    this.#pool.on('error', (thrown) => log.warn({ err: postgresError(thrown).cause }, 'an idle connection to a database was lost'))
  }

  /** Begins a transaction, which the caller must close. The signal cancels its statements. */
  async begin({ signal, timeoutMs }: Within): Promise<Session> {
    if (this.#closed !== undefined) throw new SourceUnavailable('This source was closed.')
    if (signal.aborted) throw queryEnded()
    const client = await this.#connect(signal)
    // Without a listener, losing the connection during work would end the process. The statement itself reports the loss.
    const lost = () => undefined
    client.on('error', lost)
    let giveUp: NodeJS.Timeout | undefined
    let cancelled: Promise<void> | undefined
    const cancel = () => {
      const givenUp = new Promise<void>((resolve) => (giveUp = setTimeout(resolve, connectionLimits.cancelMs)))
      void givenUp.then(() => (client as unknown as Wired).connection.stream.destroy())
      cancelled = Promise.race([cancelRequest(client), givenUp])
    }
    signal.addEventListener('abort', cancel, { once: true })
    let isCommitted = false
    let isClosed = false
    const coded = async <T>(work: Promise<T>): Promise<T> => {
      try {
        return await work
      } catch (thrown) {
        throw signal.aborted ? queryEnded(postgresError(thrown).cause) : postgresError(thrown)
      }
    }
    const session: Session = {
      query: async (sql) => (await coded(client.query<object>(sql))).rows,
      submit: (statement) => coded(client.query(statement).ended),
      async commit() {
        await coded(client.query('COMMIT'))
        isCommitted = true
      },
      close() {
        if (isClosed) return
        isClosed = true
        signal.removeEventListener('abort', cancel)
        const release = () => {
          clearTimeout(giveUp)
          client.removeListener('error', lost)
          client.release(!isCommitted || signal.aborted)
        }
        // The connection is given back only after the cancellation, which could otherwise hit its next statement.
        if (cancelled === undefined) release()
        else void cancelled.then(release)
      },
    }
    try {
      await session.query(beginSql(this.config, timeoutMs))
      return session
    } catch (thrown) {
      session.close()
      throw thrown
    }
  }

  /** Runs work in a transaction of its own. */
  use<T>(within: Within, work: (session: Session) => Promise<T>): Promise<T> {
    return inTransaction(this.begin(within), work)
  }

  /** Ends every connection once its work has ended. Safe to call twice. */
  close(): Promise<void> {
    this.#closed ??= this.#pool.end()
    return this.#closed
  }

  #connect(signal: AbortSignal): Promise<pg.PoolClient> {
    const connecting = this.#pool.connect().catch((thrown: unknown) => {
      throw postgresError(thrown)
    })
    return connectionFrom(connecting, signal, (client) => client.release())
  }
}
