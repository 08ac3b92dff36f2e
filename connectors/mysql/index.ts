import type { Connector } from '../../src/connector/source.js'
import { type MysqlConfig, mysqlConfigSchema } from './config.js'

/** Tables and views of MySQL 8 or MariaDB 10.6, or later. */
export const mysql: Connector<MysqlConfig> = {
  kind: 'mysql',
  configSchema: mysqlConfigSchema,
  // Its driver is loaded where there is such a source: a process of files alone starts sooner.
  open: async (config, context) => (await import('./open-mysql.js')).openMysql(config, context),
}
