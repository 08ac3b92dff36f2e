import { DialsError, Reason, SourceTimeout, SourceUnavailable, SourceUnreachable, TypeMismatch } from '../../src/errors.js'
import { databaseMessages } from '../shared/database/error-messages.js'
import { tlsMessage } from '../shared/database/tls.js'

/**
 * Turns an error of the database or its connection into a DialsError. The original text names tables and values, so only the code stays, in
 * the cause.
 */
export function mysqlError(thrown: unknown): DialsError {
  if (thrown instanceof DialsError) return thrown
  const { code = '', errno = 0, message: text = '' } = thrown as { code?: string; errno?: number; message?: string }
  // An error of the handshake cannot name a table or a value, and says what is wrong with the certificate.
  const words = code.startsWith('HANDSHAKE_') ? text.slice(0, 500) : ''
  const detail = { cause: new Reason(`MySQL ${code} ${errno} ${words}`.trim()) }
  if (interrupted.has(errno)) return new SourceTimeout(databaseMessages.interrupted, detail)
  if (errno === 1690 || errno === 1264) return new TypeMismatch(databaseMessages.mismatch, detail)
  const message = messages[errno] ?? tlsMessage({ code, message: words })
  return isAnswer(errno)
    ? new SourceUnavailable(message ?? unread, detail)
    : new SourceUnreachable(message ?? databaseMessages.lost, detail)
}

const unread = 'The database could not read what was asked for. The code of its error is in the log.'

/** Errors of a shutdown, a refused host or account, or a connection that the server ended. */
const ends = new Set([1053, 1077, 1078, 1079, 1080, 1081, 1129, 1130, 1927, 3118, 3169, 3955, 4031])

/**
 * Whether the server reports an error of the statement and goes on. 1152 to 1161 are network errors; those from 2000 come from the client.
 */
const isAnswer = (errno: number) =>
  errno >= 1000 && errno < 6000 && !ends.has(errno) && !(errno >= 1152 && errno <= 1161) && !(errno >= 2000 && errno < 3000)

/** ER_QUERY_INTERRUPTED; ER_QUERY_TIMEOUT, and MariaDB's ER_STATEMENT_TIMEOUT. */
const interrupted = new Set([1317, 3024, 1969])

const denied = 'The user of this source may not read all of what was asked for. Its operator must grant SELECT.'
const { changed, locked, noDatabase } = databaseMessages

/** https://dev.mysql.com/doc/mysql-errors/8.0/en/server-error-reference.html */
const messages: Readonly<Record<number, string>> = {
  1044: denied,
  1142: denied,
  1143: denied,
  1356: denied,
  1045: 'The database refuses the user of this source. Its operator must see to the url.',
  1049: noDatabase,
  1054: changed,
  1146: changed,
  1205: locked,
  3159: 'The database wants TLS, which the configuration of this source does without. Its operator must see to the configuration.',
  1040: 'The database has no room for another connection now. Try again in a moment.',
}
