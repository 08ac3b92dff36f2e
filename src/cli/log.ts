import pino, { type Logger } from 'pino'
import type { Environment } from '../config.js'
import { loggedError } from './logged-error.js'
import { strikeSecrets } from './strike-secrets.js'

/**
 * Structured logs on stderr. Errors are reduced to what a log may hold (logged-error.ts), and secrets of the configuration are redacted
 * everywhere.
 */
export function createLog(environment: Environment, secrets: readonly string[] = [], fields: object = {}): Logger {
  const struck = [...secrets, ...secretsOf(environment)]
  return pino(
    {
      level: environment.logLevel,
      base: fields,
      serializers: { err: loggedError },
      formatters: { level: (level) => ({ level }) },
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: ['*.authorization', 'headers.authorization', 'req.headers'], censor: '[redacted]' },
      hooks: {
        streamWrite: (line) => strikeSecrets(line, struck),
      },
    },
    pino.destination({ fd: 2, sync: true }),
  )
}

/** The passwords and keys among the variables that have a meaning of their own. */
function secretsOf({ databaseUrl, meilisearch }: Environment): string[] {
  const passwords = [databaseUrl, meilisearch?.url].flatMap((url) => {
    if (url === undefined || !URL.canParse(url)) return []
    const { password } = new URL(url)
    return [password, decoded(password)]
  })
  return [...passwords, meilisearch?.key ?? '']
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
