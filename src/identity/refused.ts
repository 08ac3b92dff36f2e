import { DialsError } from '../errors.js'

const general = 'The token is not valid at this hub, or has expired.'

/**
 * A token that does not hold: UNAUTHENTICATED. Until its signature is verified, a client is told no more than `general`.
 * @param reason the private one; it never has any part of the token in it.
 * @param message what the client is told.
 */
export function refused(reason: string, message = general): DialsError {
  return new DialsError('UNAUTHENTICATED', message, { cause: new Error(reason) })
}
