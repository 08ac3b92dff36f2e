import type { Source, SourceContext } from '../../src/connector/source.js'
import { type Database, DatabaseSource } from '../shared/database/database-source.js'
import type { SourceTable } from '../shared/database/source-table.js'
import type { MysqlConfig } from './config.js'
import { Connections } from './connections.js'
import { mysqlDialect } from './dialect.js'
import { checkUser } from './powers.js'
import { readStatement } from './read-statement.js'
import { readTables } from './read-tables.js'
import { sampleOf } from './sample.js'
import { readTls } from './tls.js'

/**
 * Opens a MySQL or MariaDB server, or some of its tables, as a source. Does not connect yet.
 * @throws ConfigError if one of its TLS files cannot be read.
 */
export async function openMysql(config: MysqlConfig, context: SourceContext): Promise<Source> {
  const connections = new Connections(config, await readTls(config, context.baseFolder))
  const home = decodeURIComponent(new URL(config.url).pathname.slice(1))
  const { scratchFolder } = context
  const database: Database<SourceTable> = {
    dialect: mysqlDialect,
    sampleOf,
    readTables: (signal) =>
      connections.use(signal, async ({ query }) => {
        if (!config.allowPowerfulRole) await checkUser(query)
        return readTables(query, config, home)
      }),
    query: (sql, signal, timeoutMs) => connections.use(signal, ({ query }) => query(sql), timeoutMs),
    read: (statement, limits) => readStatement(statement, limits, { connections, scratchFolder }),
    close: () => connections.close(),
  }
  return new DatabaseSource(database, config, context)
}
