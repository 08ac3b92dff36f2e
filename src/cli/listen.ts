import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { TooBusy } from '../net/too-busy.js'
import { guard, type GuardOptions } from '../net/guard.js'

/** A port cannot be used; the message is for an operator. */
export class ListenError extends Error {}

/** Where a server listens, and what guards it. */
export interface ListenOptions extends GuardOptions {
  readonly host: string
  readonly port: number
  readonly tls: boolean
}

/** Listens within the limits of every server, and returns the URL. Throws ListenError if the port is in use or not permitted. */
export async function listen(app: FastifyInstance, { host, port, tls, ...guarding }: ListenOptions): Promise<string> {
  refuseWhileStopping(app)
  guard(app, guarding)
  try {
    await app.listen({ host, port })
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException
    if (code === 'EADDRINUSE')
      throw new ListenError(`Port ${port} on ${host} is in use. Stop what uses it, or choose another with --port.`, { cause: thrown })
    if (code === 'EACCES' || code === 'EADDRNOTAVAIL')
      throw new ListenError(`Cannot listen on ${host}:${port} (${code}). Choose another host or port.`, { cause: thrown })
    throw thrown
  }
  const address = app.server.address() as AddressInfo
  const shown = address.family === 'IPv6' ? `[${address.address}]` : address.address
  return `${tls ? 'https' : 'http'}://${['0.0.0.0', '[::]'].includes(shown) ? 'localhost' : shown}:${address.port}`
}

/**
 * Refuses requests while the server stops, and closes connections without requests. Node counts a connection that has had no request as busy, and clients open
 * some in advance, so closing would wait for them. After the last request under way, all connections are closed.
 */
function refuseWhileStopping(app: FastifyInstance): void {
  let underWay = 0
  let closing = false
  const closeRest = () => {
    if (closing && underWay === 0) setImmediate(() => app.server.closeAllConnections())
  }
  app.addHook('onRequest', (_request, reply, done) => {
    underWay++
    // Not onResponse, which does not come if the client went away first.
    reply.raw.once('close', () => {
      underWay--
      closeRest()
    })
    done(closing ? new TooBusy('all', 'This server is stopping. Try again in a moment.') : undefined)
  })
  app.addHook('preClose', (done) => {
    closing = true
    closeRest()
    done()
  })
}
