import { z } from 'zod'
import { databaseSettings } from '../shared/database/entries.js'

/** `config:` of a source with `connector: postgres`. */
export const postgresConfigSchema = z.strictObject({
  url: z
    .string()
    .min(1)
    .max(4096)
    .regex(/^postgres(ql)?:\/\//, 'begins with postgres://')
    .describe('postgres://role:${PASSWORD}@host:5432/database?sslmode=verify-full. A role that may only SELECT, on a standby where there is one.'),
  ...databaseSettings,
})

/** Inferred from its schema. */
export type PostgresConfig = z.infer<typeof postgresConfigSchema>
