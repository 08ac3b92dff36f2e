import { DialsError, Reason, SourceTimeout, SourceUnavailable, SourceUnreachable, TypeMismatch } from '../../src/errors.js'
import { databaseMessages } from '../shared/database/error-messages.js'
import { tlsMessage } from '../shared/database/tls.js'

/**
 * Turns an error of the database or its connection into a DialsError. The original text may name tables, so it stays in the cause where
 * it can name no more; elsewhere it may quote a value or the statement, and only its code stays.
 */
export function postgresError(thrown: unknown): DialsError {
  if (thrown instanceof DialsError) return thrown
  const { code = '', message = '' } = thrown as { code?: string; message?: string }
  const cause = new Reason(`PostgreSQL ${code} ${namesOnly.test(code) ? message : ''}`.trim().slice(0, 500))
  if (code === '57014') return new SourceTimeout(databaseMessages.interrupted, { cause })
  if (code.startsWith('22')) return new TypeMismatch(databaseMessages.mismatch, { cause })
  const words = messages[code] ?? messages[code.slice(0, 2)] ?? tlsMessage({ code, message })
  return answered.test(code)
    ? new SourceUnavailable(words ?? unread, { cause })
    : new SourceUnreachable(words ?? databaseMessages.lost, { cause })
}

/** Connections, authorisation, resources, operator intervention, privileges and absent objects: the text names roles, tables or columns. */
const namesOnly = /^(?:08|28|3D|53|57|58|55)...$|^42(?:501|P01|703)$/

/** SQLSTATE classes in which the server reports an error of the statement and goes on. */
const answered = /^(?!08)(?:[0-4][0-9A-Z]|5[458]|F0|P0|XX)[0-9A-Z]{3}$/

const unread = 'The database could not read what was asked for. The code of its error is in the log.'
const faraway =
  'The database that holds the rows of a foreign table cannot be reached, or refuses this one. Its operator must see to its server and user mapping.'

/** By SQLSTATE or its class: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const messages: Readonly<Record<string, string>> = {
  '08P01': 'A pooler before the database refuses the connection or its transactions. Its operator must see to the pooler, or to the url.',
  '08001': faraway,
  HV: faraway,
  '0A': 'The database does not read this here: on a standby, for one, unlogged tables cannot be read.',
  '55000': 'A materialised view of this source has never been filled. Its operator must refresh it.',
  '42501': 'The role of this source may not read all of what was asked for. Its operator must grant SELECT.',
  '42': databaseMessages.changed,
  '55P03': databaseMessages.locked,
  '40': 'The database gave the query up in favour of other work. Try again in a moment.',
  '53': 'The database has no room for another query now. Try again in a moment.',
  '28': 'The database refuses the role of this source. Its operator must see to the url.',
  '3D': databaseMessages.noDatabase,
}
