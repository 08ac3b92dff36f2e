/** What the clients of a server, a hub or a spoke, may take of it: time, connections, and the bytes of bodies. */
export interface ServerLimits {
  /** Milliseconds for the head of a request, and for the first one on a new connection. */
  readonly headMs: number
  /** Milliseconds for a whole request, its body included. */
  readonly requestMs: number
  /** Milliseconds between two looks for requests that are late. */
  readonly checkEveryMs: number
  /** Milliseconds for a TLS handshake. */
  readonly handshakeMs: number
  /** Milliseconds that a connection is kept without a request. */
  readonly idleMs: number
  /** Milliseconds that a client may leave its answer unread. */
  readonly unreadMs: number
  /** Open connections. Those beyond are closed at once. */
  readonly connections: number
  readonly connectionsOfAddress: number
  /** Requests under way. Those beyond are answered 503 or 429. */
  readonly requests: number
  readonly requestsOfAddress: number
  /** Bytes of the bodies of the requests under way, unpacked. Requests beyond are answered 503 or 429. */
  readonly bodyBytes: number
  readonly bodyBytesOfAddress: number
}

const mebibyte = 1024 * 1024

/** The limits of every server of ours. A hub is one client of its spoke, so the share of an address has room for all that a hub asks. */
export const serverLimits: ServerLimits = {
  headMs: 10_000,
  requestMs: 30_000,
  checkEveryMs: 1_000,
  handshakeMs: 10_000,
  // Longer than the 60 s of common proxies, so that a proxy never sends a request on a connection that is being closed.
  idleMs: 72_000,
  unreadMs: 30_000,
  connections: 2048,
  connectionsOfAddress: 512,
  requests: 1024,
  requestsOfAddress: 256,
  bodyBytes: 128 * mebibyte,
  bodyBytesOfAddress: 32 * mebibyte,
}

/** PEM texts of a server's certificate and key. */
interface Tls {
  readonly cert: Buffer
  readonly key: Buffer
}

/** The options of Fastify that keep the limits of time. Without `tls` it speaks plain HTTP. */
export function timeOptions(tls: Tls | undefined, limits: ServerLimits = serverLimits): object {
  const node = { headersTimeout: limits.headMs, connectionsCheckingInterval: limits.checkEveryMs }
  return {
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.idleMs,
    ...(tls ? { https: { ...tls, ...node, handshakeTimeout: limits.handshakeMs } } : { http: node }),
  }
}
