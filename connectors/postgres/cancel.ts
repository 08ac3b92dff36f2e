import { connect, isIP, type Socket } from 'node:net'
import { type ConnectionOptions, connect as secure } from 'node:tls'
import type { ClientBase } from 'pg'

const waitMsMax = 5000

/** What pg keeps of a connection that its types leave out. */
interface Opened {
  readonly host: string
  readonly port: number
  readonly processID: number | null
  readonly secretKey: number | null
  readonly connection: { readonly ssl: boolean | ConnectionOptions }
}

/**
 * Asks the server to cancel what a connection runs, over a connection of its own that counts against no limit, and over TLS where the first
 * one is: https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-CANCELING-REQUESTS. Nothing answers it;
 * statement_timeout is the safeguard where it is lost. Settles when the server has closed that connection, whatever came of it: a pooler
 * passes on no request of whoever has left before, neither on that connection nor on the first.
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
    // Unread, it might not notice that the server has closed it.
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

/** A request that fails must not end the process, and must not keep it. */
function quietly(socket: Socket): void {
  socket.on('error', () => socket.destroy())
  socket.setTimeout(waitMsMax, () => socket.destroy())
  socket.unref()
}

/** A message: its length, then these. */
function words(...values: number[]): Buffer {
  const message = Buffer.alloc(4 + values.length * 4)
  message.writeInt32BE(message.length)
  values.forEach((value, position) => message.writeInt32BE(value, 4 + position * 4))
  return message
}
