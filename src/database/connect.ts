import knex, { type Knex } from 'knex'
import pg from 'pg'
import { beginningOf } from '../errors.js'
import type { DatabaseLog } from './database-log.js'

/** int8 holds counts here: a number while it is safe, else its text. */
const parseInt8 = (text: string) => (Number.isSafeInteger(Number(text)) ? Number(text) : text)

/** pg's parsers, but DATE stays text (pg makes it a local midnight) and int8 becomes a number. */
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') => {
    if (format !== 'binary' && oid === pg.types.builtins.DATE) return (text: string) => text
    if (format !== 'binary' && oid === pg.types.builtins.INT8) return parseInt8
    return pg.types.getTypeParser(oid, format)
  },
}

/** The options of every connection. `ssl: false` keeps the environment's PGSSLMODE away from the embedded server. */
export function connectionConfig(url: string, embedded: boolean): pg.ClientConfig {
  return {
    connectionString: url,
    ...(embedded ? { ssl: false } : {}),
    types,
    application_name: 'seven-dials',
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 30_000,
    statement_timeout: 60_000,
    idle_in_transaction_session_timeout: 120_000,
  }
}

/**
 * A pool of up to ten connections, opened when first needed. A connection that dies while idle is replaced, and never ends the process.
 * @param url a function is called before each new connection, because the embedded server may come back on another port.
 * @param embedded whether the server is ours, on loopback.
 */
export function connect(url: string | (() => string), { log, embedded = false }: { log: DatabaseLog; embedded?: boolean }): Knex {
  return knex({
    client: 'pg',
    connection: () => {
      const current = typeof url === 'string' ? url : url()
      const config = connectionConfig(current, embedded) as Knex.PgConnectionConfig
      return typeof url === 'string' ? config : { ...config, expirationChecker: () => url() !== current }
    },
    pool: { min: 0, max: 10 },
    acquireConnectionTimeout: 10_000,
    log: {
      debug: () => undefined,
      deprecate: (method, alternative) => log.warn({ method, alternative }, 'a deprecated way of knex is in use'),
      warn: (message) => log.warn(told(message), 'the catalogue database warns'),
      error: (message) => log.warn(told(message), 'the catalogue database has a fault'),
    },
  })
}

/** What knex says, up to what it quotes: after a colon it quotes an error, or a statement. */
function told(message: unknown): object {
  return message instanceof Error ? { err: message } : { reason: beginningOf(String(message)) }
}
