import pino, { type Logger } from 'pino'
import type { Environment } from '../config.js'
import { strikeSecrets } from './strike-secrets.js'

/** Structured logs on stderr. Secrets of the configuration are redacted everywhere. */
export function createLog(environment: Environment, secrets: readonly string[] = [], fields: object = {}): Logger {
  return pino(
    {
      level: environment.logLevel,
      base: fields,
      formatters: { level: (level) => ({ level }) },
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: ['*.authorization', 'headers.authorization', 'req.headers'], censor: '[redacted]' },
      hooks: {
        streamWrite: (line) => strikeSecrets(line, secrets),
      },
    },
    pino.destination({ fd: 2, sync: true }),
  )
}
