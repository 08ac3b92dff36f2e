import proxyAddress from '@fastify/proxy-addr'
import type { FastifyInstance } from 'fastify'
import type { Log } from '../connector/source.js'
import { boundConnections, endUnread } from './connections.js'
import { type ServerLimits, serverLimits } from './limits.js'
import { boundRequests } from './requests.js'
import { toldSeldom } from './told-seldom.js'

/** What the guard of a server needs. */
export interface GuardOptions {
  readonly log: Log
  /** Addresses and networks of trusted proxies, as the server itself has them. Default: none. */
  readonly trustedProxies?: readonly string[]
  /** Default: those of every server of ours. */
  readonly limits?: ServerLimits
}

/** Keeps the limits of connections, requests, bodies and unread answers. Those of time are options of the server (`timeOptions`). */
export function guard(app: FastifyInstance, { log, trustedProxies = [], limits = serverLimits }: GuardOptions): void {
  const isTrusted = proxyAddress.compile([...trustedProxies])
  const tell = toldSeldom(log)
  boundConnections(app.server, limits, (address) => isTrusted(address, 0), tell)
  endUnread(app.server, limits, tell)
  boundRequests(app, limits, tell)
}
