import type { Connector } from '../../src/connector/source.js'
import { type MysqlConfig, mysqlConfigSchema } from './config.js'

/** Tables and views of MySQL 8 or MariaDB 10.6, or later. */
export const mysql: Connector<MysqlConfig> = {
  kind: 'mysql',
  configSchema: mysqlConfigSchema,
  // The driver is loaded on first use, so that a process without such sources starts sooner.
  open: async (config, context) => (await import('./open-mysql.js')).openMysql(config, context),
}
