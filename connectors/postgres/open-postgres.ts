import type { Source, SourceContext } from '../../src/connector/source.js'
import { type Database, DatabaseSource } from '../shared/database/database-source.js'
import { checkRole } from './catalogue/powers.js'
import { type PostgresTable, readTables } from './catalogue/read-tables.js'
import type { PostgresConfig } from './config.js'
import { Connections } from './connections.js'
import { postgresDialect } from './dialect.js'
import { readStatement } from './read-statement.js'
import { sampleOf } from './sample.js'
import { readTls } from './tls.js'

/**
 * Opens a PostgreSQL database, or some of its tables, as a source. Does not connect yet.
 * @throws ConfigError if one of its TLS files cannot be read.
 */
export async function openPostgres(config: PostgresConfig, context: SourceContext): Promise<Source> {
  const connections = new Connections(config, await readTls(config.url, context.baseFolder), context.log)
  const { scratchFolder } = context
  const database: Database<PostgresTable> = {
    dialect: postgresDialect,
    sampleOf,
    readTables: (signal) =>
      connections.use({ signal }, async ({ query }) => {
        // Or a function that somebody made in another schema could answer for one of PostgreSQL, and hide what a role may do.
        await query('SET LOCAL search_path = pg_catalog')
        const tables = await readTables(query, config)
        if (!config.allowPowerfulRole) await checkRole(query, tables)
        return tables
      }),
    query: (sql, signal, timeoutMs) =>
      connections.use({ signal, ...(timeoutMs === undefined ? {} : { timeoutMs }) }, ({ query }) => query(sql)),
    read: (statement, limits) => readStatement(statement, limits, { connections, scratchFolder }),
    close: () => connections.close(),
  }
  return new DatabaseSource(database, config, context)
}
