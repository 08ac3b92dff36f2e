import { connect, isIP, type Socket } from 'node:net'
import { type ConnectionOptions, connect as secure } from 'node:tls'
import type { ClientBase } from 'pg'

const waitMsMax = 5000

/** Properties of a pg client that its types leave out. */
interface Opened {
  readonly host: string
  readonly port: number
  readonly processID: number | null
  readonly secretKey: number | null
  readonly connection: { readonly ssl: boolean | ConnectionOptions }
}

/**
 * Asks the server to cancel the running statement of a connection. The request needs a connection of its own, which counts against no
 * limit, and uses TLS if the first one does: https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-CANCELING-REQUESTS.
 * The server sends no answer; if the request is lost, statement_timeout still applies.
 * Settles when the server has closed the request's connection, whatever happened. Until then both connections must stay open: a pooler
 * drops the request of a client that has left.
 */
export function cancelRequest(client: ClientBase): Promise<void> {
  const { host, port, processID, secretKey, connection } = client as unknown as Opened
  if (processID === null || secretKey === null) return Promise.resolve()
  const request = words(80_877_102, processID, secretKey)
  const socket = host.startsWith('/') ? connect(`${host}/.s.PGSQL.${port}`) : connect(port, host)
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  quietly(socket)
  if (connection.ssl === false) {
    socket.once('connect', () => socket.write(request))
    // An unread socket might not notice that the server has closed it.
    socket.resume()
    return closed
  }
  socket.once('connect', () => socket.write(words(80_877_103)))
  socket.once('data', (answer) => {
    if (answer.toString('latin1') !== 'S') return socket.destroy()
    const options = connection.ssl === true ? {} : connection.ssl
    const tls = secure({ socket, host, ...(isIP(host) === 0 ? { servername: host } : {}), ...options })
    quietly(tls)
    tls.once('secureConnect', () => tls.write(request))
    return undefined
  })
  return closed
}

/** A failed request must neither end the process nor keep it alive. */
function quietly(socket: Socket): void {
  socket.on('error', () => socket.destroy())
  socket.setTimeout(waitMsMax, () => socket.destroy())
  socket.unref()
}

/** A protocol message: its length, then 32-bit words. */
function words(...values: number[]): Buffer {
  const message = Buffer.alloc(4 + values.length * 4)
  message.writeInt32BE(message.length)
  values.forEach((value, position) => message.writeInt32BE(value, 4 + position * 4))
  return message
}
