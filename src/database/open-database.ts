import type { Knex } from 'knex'
import { connect } from './connect.js'
import type { DatabaseLog } from './database-log.js'
import { openEmbeddedServer } from './embedded/embedded-server.js'

/** The open database of the catalogue. */
export interface Database {
  readonly knex: Knex
  /** Where the database is now, with its password: never log or show it. */
  readonly url: string
  /** Ends the connections, and stops the embedded server unless another hub uses it. Safe to call twice. */
  close(): Promise<void>
}

/** @property url a server of the operator's own; absent: an embedded PostgreSQL with its files under `dataFolder/postgres`. */
interface DatabaseOptions {
  readonly url?: string
  readonly dataFolder: string
  readonly log: DatabaseLog
  /** Ends the wait for the embedded server. */
  readonly signal?: AbortSignal
}

/**
 * Opens the catalogue's database. With a `url` nothing is connected yet, so the first query reports a failure. `migrate` makes the tables.
 * @throws ConfigError if the embedded server cannot work in the data folder: full disk, no permission to write, no build for this platform.
 */
export async function openDatabase({ url, dataFolder, log, signal }: DatabaseOptions): Promise<Database> {
  if (url !== undefined) {
    const knex = connect(url, { log })
    return { knex, url, close: () => knex.destroy() }
  }
  const server = await openEmbeddedServer({ dataFolder, log, ...(signal === undefined ? {} : { signal }) })
  const knex = connect(() => server.url, { log, embedded: true })
  return {
    knex,
    get url() {
      return server.url
    },
    async close() {
      await knex.destroy()
      await server.close()
    },
  }
}
