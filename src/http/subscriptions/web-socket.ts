import { randomBytes, randomUUID } from 'node:crypto'
import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import proxyAddress from '@fastify/proxy-addr'
import type { GraphQLError, GraphQLFormattedError } from 'graphql'
import { CloseCode, handleProtocols, makeServer, type SubscribePayload } from 'graphql-ws'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Context } from '../../api/context.js'
import { formatError, toGraphQLError } from '../../api/format-error.js'
import type { Operations } from '../../api/operations.js'
import { jsonSize } from '../../connector/json-size.js'
import type { Log } from '../../connector/source.js'
import { DialsError, toDialsError } from '../../errors.js'
import type { OperationEnd } from '../../telemetry/metrics.js'
import type { Telemetry } from '../../telemetry/telemetry.js'
import { currentRequest, forRequest, newRequest, type RequestRecord, loggedFields } from '../../telemetry/request-record.js'
import { type BegunOperation, beginOperation, type ContextOf } from '../begin-operation.js'
import type { Clients } from '../clients.js'
import { holderOf } from '../../net/holder-of.js'
import { toldSeldom } from '../../net/told-seldom.js'
import { purposeOfMessage } from '../purpose.js'
import { untilExpiry } from './until-expiry.js'

const path = '/graphql'
const messageBytesMax = 256 * 1024
const messageDepthMax = 72
const socketsMax = 1000
const socketsOfAddressMax = 32
const operationsOfSocketMax = 20
const initMsMax = 5_000
const pingMsDefault = 15_000
/** With more unread bytes than this, no more is taken from a client. */
const unreadBytesMax = 1024 * 1024
const unauthorized = 4401

/** What sockets need. `isOrigin` decides whether a page of this origin may open one; `clients` is shared with the other transports. */
export interface SocketOptions {
  readonly operations: Operations
  readonly contextOf: ContextOf
  readonly clients: Clients
  readonly telemetry: Telemetry
  /** Addresses and networks whose X-Forwarded-For header is trusted. */
  readonly trustedProxies: readonly string[]
  readonly isOrigin: (origin: string, host: string | undefined) => boolean
  readonly log: Log
  /** Milliseconds between two pings; a client that has not read the last one by the next is ended. Default 15 s. */
  readonly pingMs?: number
}

/** One operation of a socket. */
interface Streamed {
  readonly record: RequestRecord | undefined
  readonly started: number
  readonly context: Context
  readonly begun: BegunOperation
  readonly kind: OperationEnd['kind']
  errors: readonly GraphQLFormattedError[]
}

interface Extra {
  readonly signal: AbortSignal
  readonly address: string
  /** By the message that started it, because a client may reuse an id while the operation before is still ending. */
  readonly running: Map<SubscribePayload, Streamed>
  authorization: readonly string[] | undefined
  /** What the header `purpose` of its opening request confirms. */
  readonly purposes: readonly string[] | undefined
  end(code: number, reason: string): void
  expiry: NodeJS.Timeout | undefined
}

/**
 * GraphQL over WebSocket (https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md) at /graphql, under the same rules as POST. The
 * token comes as `authorization` in the connection's parameters, or in the header; when it expires, the socket is closed with 4401. Each
 * operation confirms its own purpose, by `extensions.purpose`.
 * @returns a function that closes all sockets.
 */
export function openSockets(server: Server, options: SocketOptions): () => Promise<void> {
  const { operations, contextOf, clients, telemetry, isOrigin, log, pingMs = pingMsDefault } = options
  const tell = toldSeldom(log)
  const trusted = proxyAddress.compile([...options.trustedProxies])
  const sockets = new WebSocketServer({ noServer: true, maxPayload: messageBytesMax, handleProtocols })
  const failed = ({ running }: Extra, payload: SubscribePayload, errors: readonly GraphQLError[]): GraphQLFormattedError[] => {
    const streamed = running.get(payload)
    // A refused operation was logged when it was prepared.
    if (streamed === undefined) return errors.map(formatError)
    const shown = operations.publicErrors(errors)
    streamed.errors = shown
    return shown
  }
  const protocol = makeServer<{ authorization?: unknown }, Extra>({
    schema: operations.schema,
    connectionInitWaitTimeout: initMsMax,
    async onConnect({ connectionParams, extra }) {
      const given = connectionParams?.authorization
      if (given !== undefined) extra.authorization = [String(given)]
      try {
        const { viewer } = await contextOf(extra.authorization, extra.signal, extra.address)
        extra.expiry = untilExpiry(viewer, () => extra.end(unauthorized, 'The token has expired.'))
        return true
      } catch (thrown) {
        extra.end(unauthorized, toDialsError(thrown).message.slice(0, 100))
        return false
      }
    },
    async onSubscribe({ extra, subscriptions }, _id, payload) {
      if (Object.keys(subscriptions).length > operationsOfSocketMax) {
        extra.end(CloseCode.BadRequest, `More than ${operationsOfSocketMax} operations on one socket.`)
        return []
      }
      const [record, started] = [currentRequest(), performance.now()]
      const purpose = readPurpose(payload, extra.purposes)
      if (purpose instanceof DialsError) return [toGraphQLError(purpose)]
      const context = await contextOf(extra.authorization, extra.signal, extra.address, { purpose })
      const begun = await beginOperation(context, extra.address, clients, telemetry, extra.signal)
      if (begun instanceof DialsError) return [toGraphQLError(begun)]
      const prepared = await operations.prepare(payload, context)
      if ('errors' in prepared) {
        begun.end('unknown', operations.publicErrors(prepared.errors))
        return prepared.errors
      }
      const { kind, args } = prepared
      if (extra.signal.aborted) begun.end(kind, [])
      else extra.running.set(payload, { record, started, context, begun, kind, errors: [] })
      return args
    },
    onNext: ({ extra }, _id, payload, _args, { data, errors }) =>
      errors === undefined ? undefined : { ...(data === undefined ? {} : { data }), errors: failed(extra, payload, errors) },
    onError: ({ extra }, _id, payload, errors) => failed(extra, payload, errors),
    onComplete: ({ extra }, _id, payload) => end(extra, payload, log),
  })

  const open = (socket: WebSocket, request: IncomingMessage, raw: Duplex, address: string): void => {
    const gone = new AbortController()
    const close = (code: number, reason: string) => socket.close(code, reason)
    const extra: Extra = {
      signal: gone.signal,
      address,
      running: new Map(),
      authorization: request.headersDistinct['authorization'],
      purposes: request.headersDistinct['purpose'],
      end: close,
      expiry: undefined,
    }
    const closed = protocol.opened(
      {
        protocol: socket.protocol,
        // If the client has gone, a failure to send is not a failure of its operation.
        send: (text) =>
          new Promise<void>((resolve, reject) =>
            socket.send(text, (error) => (error && socket.readyState === socket.OPEN ? reject(error) : resolve())),
          ),
        close: (code, reason) => socket.close(code, reason),
        onMessage: (take) =>
          socket.on('message', (data) => {
            const text = (data as Buffer).toString('utf8')
            if (jsonSize(text).depth > messageDepthMax) return close(CloseCode.BadRequest, 'The message is nested too deeply.')
            forRequest(newRequest(randomUUID()), () => take(text)).catch((thrown: unknown) => {
              if (gone.signal.aborted) return
              log.warn({ err: thrown }, 'a message on a socket failed')
              close(CloseCode.InternalServerError, 'Something went wrong on our side.')
            })
          }),
      },
      extra,
    )
    // A client that does not read cannot know what the next ping holds.
    let expected: Buffer | undefined
    const ping = setInterval(() => {
      if (expected !== undefined) {
        tell('sockets were ended, because their clients did not answer a ping')
        return socket.terminate()
      }
      expected = randomBytes(8)
      return socket.ping(expected)
    }, pingMs)
    socket.on('pong', (data) => {
      if (expected?.equals(data) === true) expected = undefined
    })
    const slow = () => {
      if (socket.bufferedAmount <= unreadBytesMax || socket.isPaused) return
      socket.pause()
      raw.once('drain', () => socket.resume())
    }
    socket.on('message', slow)
    socket.on('ping', slow)
    socket.on('error', (error) => log.warn({ err: error }, 'a socket failed'))
    socket.once('close', (code, reason) => {
      clearInterval(ping)
      clearTimeout(extra.expiry)
      gone.abort()
      void closed(code, reason.toString('utf8')).then(() =>
        Promise.all([...extra.running.keys()].map((payload) => end(extra, payload, log))),
      )
    })
  }

  const upgrade = (request: IncomingMessage, raw: Duplex, head: Buffer): void => {
    const { origin, host } = request.headers
    const address = proxyAddress(request, trusted)
    const holder = holderOf(address)
    const ofAddress = [...sockets.clients].filter((client) => holders.get(client) === holder).length
    if (request.url?.split('?')[0] !== path) return refuse(raw, '404 Not Found')
    if (origin !== undefined && !isOrigin(origin, host)) return refuse(raw, '403 Forbidden')
    if (sockets.clients.size >= socketsMax || ofAddress >= socketsOfAddressMax) {
      tell('sockets beyond the limits were refused')
      return refuse(raw, '429 Too Many Requests\r\nRetry-After: 1')
    }
    sockets.handleUpgrade(request, raw, head, (socket) => {
      holders.set(socket, holder)
      open(socket, request, raw, address)
    })
  }
  server.on('upgrade', upgrade)

  return async () => {
    server.off('upgrade', upgrade)
    for (const socket of sockets.clients) socket.close(1001, 'The hub is stopping.')
    await new Promise<void>((resolve) => sockets.close(() => resolve()))
  }
}

/** Who holds a socket: the client's address or network, also behind trusted proxies. */
const holders = new WeakMap<WebSocket, string>()

async function end({ running }: Extra, payload: SubscribePayload, log: Log): Promise<void> {
  const streamed = running.get(payload)
  if (streamed === undefined) return
  running.delete(payload)
  streamed.begun.end(streamed.kind, streamed.errors)
  log.info(
    { ...loggedFields(streamed.record), method: 'WS', kind: streamed.kind, durationMs: Math.round(performance.now() - streamed.started) },
    'request',
  )
  await streamed.context.results.release()
}

/** Closes a connection, also where its client keeps its own half open. */
function refuse(raw: Duplex, status: string): void {
  raw.once('finish', () => raw.destroy())
  raw.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}

/** What an operation confirms, or the error that it is refused with. */
function readPurpose(payload: SubscribePayload, headers: readonly string[] | undefined): string | undefined | DialsError {
  try {
    return purposeOfMessage(payload, headers)
  } catch (thrown) {
    return toDialsError(thrown)
  }
}
