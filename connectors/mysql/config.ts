import { z } from 'zod'
import { databaseSettings } from '../shared/database/entries.js'

/** `config:` of a source with `connector: mysql`. */
export const mysqlConfigSchema = z.strictObject({
  url: z
    .string()
    .min(1)
    .max(4096)
    .regex(/^(mysql|mariadb):\/\//, 'begins with mysql:// or mariadb://')
    .describe('mysql://user:${PASSWORD}@host:3306/database. A user that may only SELECT, on a replica where there is one.'),
  tls: z.boolean().default(false).describe('Whether the connection is encrypted, and the server’s certificate verified.'),
  ...databaseSettings,
  schemas: databaseSettings.schemas.describe('The databases to serve; * stands for any letters. Nothing else is listed.'),
})

/** Inferred from its schema. */
export type MysqlConfig = z.infer<typeof mysqlConfigSchema>
