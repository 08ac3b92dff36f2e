import { z } from 'zod'
import { databaseSettings } from '../shared/database/entries.js'
import { databaseUrl } from '../shared/database/url.js'
import { urlProblem } from './tls.js'

/** `config:` of a source with `connector: postgres`. */
export const postgresConfigSchema = z.strictObject({
  url: databaseUrl(/^postgres(ql)?:\/\//, 'begins with postgres://')
    .superRefine((url, { addIssue }) => {
      const message = urlProblem(url)
      if (message !== undefined) addIssue({ code: 'custom', message })
    })
    .describe(
      'postgres://role:${PASSWORD}@host:5432/database?sslmode=verify-full&sslrootcert=./ca.pem. A role that may only SELECT, on a standby where there is one. ' +
        'Without sslmode: TLS, with the server’s certificate and host verified, but on loopback none.',
    ),
  ...databaseSettings,
})

/** Inferred from its schema. */
export type PostgresConfig = z.infer<typeof postgresConfigSchema>
