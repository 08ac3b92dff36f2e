import { DialsError, Reason } from '../errors.js'

const general = 'The token is not valid at this hub, or has expired.'

/**
 * An invalid token: UNAUTHENTICATED. Until its signature is verified, the client gets no more than the `general` message.
 * @param reason the private reason; it never holds any part of the token.
 * @param message the message for the client.
 */
export function refused(reason: string, message = general): DialsError {
  return new DialsError('UNAUTHENTICATED', message, { cause: new Reason(reason) })
}
