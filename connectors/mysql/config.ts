import { z } from 'zod'
import { databaseSettings } from '../shared/database/entries.js'
import { databaseUrl } from '../shared/database/url.js'
import { tlsProblem } from './tls.js'

const file = z.string().min(1).max(4096)

/** `config:` of a source with `connector: mysql`. */
export const mysqlConfigSchema = z
  .strictObject({
    url: databaseUrl(/^(mysql|mariadb):\/\//, 'begins with mysql:// or mariadb://').describe(
      'mysql://user:${PASSWORD}@host:3306/database. A user that may only SELECT, on a replica where there is one.',
    ),
    tls: z
      .union([
        z.boolean(),
        z.strictObject({
          ca: file.optional().describe('Whom to trust. Default: the public authorities.'),
          cert: file.optional().describe('Who we are, where the server asks.'),
          key: file.optional(),
          verifyHost: z
            .boolean()
            .default(true)
            .describe('Whether the certificate has to be for the host of the url; false only with `ca`.'),
        }),
      ])
      .optional()
      .describe(
        'Whether the connection is encrypted, and the server’s certificate verified; or PEM files for that, relative to this file. Default: true, but on loopback false.',
      ),
    ...databaseSettings,
    schemas: databaseSettings.schemas.describe('The databases to serve; * stands for any letters. Nothing else is listed.'),
  })
  .superRefine((config, { addIssue }) => {
    const problem = tlsProblem(config)
    if (problem !== undefined) addIssue({ code: 'custom', ...problem })
  })

/** Inferred from its schema. */
export type MysqlConfig = z.infer<typeof mysqlConfigSchema>
