import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { cutOff } from './cut-off.js'
import { holderOf } from './holder-of.js'
import type { ServerLimits } from './limits.js'
import { Shares } from './shares.js'

/** Closes connections beyond the limits at once. A trusted proxy brings many clients, so it has no limit of its own. */
export function boundConnections(
  server: Server,
  { connections, connectionsOfAddress }: ServerLimits,
  isProxy: (address: string) => boolean,
  tell: (message: string) => void,
): void {
  const open = new Shares(connectionsOfAddress, Infinity)
  server.maxConnections = connections
  server.on('drop', () => tell(`connections beyond ${connections} were closed`))
  server.on('connection', (socket: Socket) => {
    const { remoteAddress = '' } = socket
    if (isProxy(remoteAddress)) return
    const holder = holderOf(remoteAddress)
    if (open.take(holder) !== undefined) {
      tell(`connections beyond ${connectionsOfAddress} of one address were closed`)
      socket.destroy()
      return
    }
    socket.once('close', () => open.give(holder))
  })
}

/** Ends connections whose client leaves an answer unread. Node's own clock starts again with each byte that the client takes. */
export function endUnread(server: Server, { unreadMs }: ServerLimits, tell: (message: string) => void): void {
  server.on('request', (_request, response) => {
    response.setTimeout(unreadMs)
    response.on('timeout', (socket: Socket) => {
      // Where nothing is left to read, the client waits for us.
      if (socket.writableLength === 0) return void socket.setTimeout(unreadMs)
      tell(`connections were ended, because their clients did not read for ${unreadMs / 1000} s`)
      cutOff(socket)
    })
  })
}
