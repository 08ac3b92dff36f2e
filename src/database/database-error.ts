import { DialsError, SourceUnavailable } from '../errors.js'

/** SQLSTATE classes about the server, not the statement: connection, authorisation, missing database, resources, operator intervention. */
const serverClasses = ['08', '28', '3D', '53', '57P', '58']

const networkCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EHOSTDOWN',
])

/** Errors of pg and knex that have no code. knex puts the statement before the message. */
const connectionWords = [
  'Connection terminated',
  'Connection ended',
  'Client has encountered a connection error',
  'Client was closed',
  'timeout expired',
  'timeout exceeded when trying to connect',
  'Knex: Timeout acquiring',
  'Unable to acquire a connection',
  'The server does not support SSL',
]
const saysConnection = new RegExp(`(?:^| - )(?:${connectionWords.join('|')})`)

/**
 * Returns `SOURCE_UNAVAILABLE` with the thrown value as its cause if the database cannot be reached, is out of room, is read-only or
 * stopped the statement for time; returns every other value unchanged.
 */
export function databaseError(thrown: unknown): unknown {
  if (thrown instanceof DialsError || !(thrown instanceof Error)) return thrown
  const code = 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : ''
  if (code === '53100') return unavailable('The disk of the catalogue database is full. Its operator has to make room.', thrown)
  if (code === '25006') return unavailable('The catalogue database is read-only. Its operator has to let it be written to.', thrown)
  if (code === '57014') return unavailable('The catalogue database took too long. Try again, or ask for less.', thrown)
  const atFault =
    networkCodes.has(code) ||
    (/^[0-9A-Z]{5}$/.test(code) && serverClasses.some((prefix) => code.startsWith(prefix))) ||
    saysConnection.test(thrown.message) ||
    (thrown instanceof AggregateError && thrown.errors.some((one) => databaseError(one) !== one))
  return atFault ? unavailable('The catalogue database cannot be reached. Try again in a moment.', thrown) : thrown
}

const unavailable = (message: string, cause: Error) => new SourceUnavailable(message, { cause })
