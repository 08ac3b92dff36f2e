import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'

/**
 * Ends a connection so that its client notices that the answer is not whole. Over HTTP/1.0 an answer without a length ends with its connection,
 * so the connection is reset. TLS says by itself whether an end was meant.
 */
export function cutOff(socket: Socket): void {
  if (socket instanceof TLSSocket) socket.destroy()
  else socket.resetAndDestroy()
}
