import type { Connector } from '../../src/connector/source.js'
import { type PostgresConfig, postgresConfigSchema } from './config.js'

/** Tables and views of a PostgreSQL database, of version 12 or later. */
export const postgres: Connector<PostgresConfig> = {
  kind: 'postgres',
  configSchema: postgresConfigSchema,
  // Its driver is loaded where there is such a source: a process of files alone starts sooner.
  open: async (config, context) => (await import('./open-postgres.js')).openPostgres(config, context),
}
