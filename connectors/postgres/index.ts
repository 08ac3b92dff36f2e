import type { Connector } from '../../src/connector/source.js'
import { type PostgresConfig, postgresConfigSchema } from './config.js'

/** Tables and views of a PostgreSQL database, of version 12 or later. */
export const postgres: Connector<PostgresConfig> = {
  kind: 'postgres',
  configSchema: postgresConfigSchema,
  // The driver is loaded on first use, so that a process without such sources starts sooner.
  open: async (config, context) => (await import('./open-postgres.js')).openPostgres(config, context),
}
