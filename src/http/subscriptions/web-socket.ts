import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { CloseCode, handleProtocols, makeServer } from 'graphql-ws'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Context } from '../../api/context.js'
import { formatErrors, type Operations } from '../../api/operations.js'
import { isDeeperThan } from '../../connector/json-depth.js'
import type { Log } from '../../connector/source.js'
import { toDialsError } from '../../errors.js'
import type { ContextOf } from '../graphql-handler.js'
import { untilExpiry } from './until-expiry.js'

const path = '/graphql'
const messageBytesMax = 256 * 1024
const messageDepthMax = 72
const socketsMax = 1000
const socketsOfAddressMax = 32
const operationsOfSocketMax = 20
const initMsMax = 5_000
const pingMs = 15_000
const unauthorized = 4401

/** What sockets need; `isOrigin` says whether a page of this origin may open one. */
export interface SocketOptions {
  readonly operations: Operations
  readonly contextOf: ContextOf
  readonly isOrigin: (origin: string, host: string | undefined) => boolean
  readonly log: Log
}

interface Extra {
  readonly signal: AbortSignal
  readonly contexts: Map<string, Context>
  authorization: readonly string[] | undefined
  end(code: number, reason: string): void
  expiry: NodeJS.Timeout | undefined
}

/**
 * GraphQL over WebSocket (https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md) at /graphql, under the rules of plain HTTP. The token
 * comes as `authorization` in the connection's parameters, or as the header; a socket is closed with 4401 when it ends. Answers what closes all.
 */
export function openSockets(server: Server, { operations, contextOf, isOrigin, log }: SocketOptions): () => Promise<void> {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: messageBytesMax, handleProtocols })
  const protocol = makeServer<{ authorization?: unknown }, Extra>({
    schema: operations.schema,
    connectionInitWaitTimeout: initMsMax,
    async onConnect({ connectionParams, extra }) {
      const given = connectionParams?.authorization
      if (given !== undefined) extra.authorization = [String(given)]
      try {
        const { viewer } = await contextOf(extra.authorization, extra.signal)
        extra.expiry = untilExpiry(viewer, () => extra.end(unauthorized, 'The token has expired.'))
        return true
      } catch (thrown) {
        extra.end(unauthorized, toDialsError(thrown).message.slice(0, 100))
        return false
      }
    },
    async onSubscribe({ extra, subscriptions }, id, { query, operationName, variables }) {
      if (Object.keys(subscriptions).length > operationsOfSocketMax) {
        extra.end(CloseCode.BadRequest, `More than ${operationsOfSocketMax} operations on one socket.`)
        return []
      }
      const context = await contextOf(extra.authorization, extra.signal)
      extra.contexts.set(id, context)
      return operations.prepare({ query, operationName, variables }, context)
    },
    onNext: (_ctx, _id, _payload, _args, { data, errors }) => (errors === undefined ? undefined : { ...(data === undefined ? {} : { data }), errors: formatErrors(errors) }),
    onError: (_ctx, _id, _payload, errors) => formatErrors(errors),
    async onComplete({ extra }, id) {
      await extra.contexts.get(id)?.results.release()
      extra.contexts.delete(id)
    },
  })

  const open = (socket: WebSocket, request: IncomingMessage): void => {
    const gone = new AbortController()
    const end = (code: number, reason: string) => socket.close(code, reason)
    const extra: Extra = { signal: gone.signal, contexts: new Map(), authorization: request.headersDistinct['authorization'], end, expiry: undefined }
    const closed = protocol.opened(
      {
        protocol: socket.protocol,
        send: (text) => new Promise<void>((resolve, reject) => socket.send(text, (error) => (error ? reject(error) : resolve()))),
        close: (code, reason) => socket.close(code, reason),
        onMessage: (take) =>
          socket.on('message', (data) => {
            const text = (data as Buffer).toString('utf8')
            if (isDeeperThan(text, messageDepthMax)) return end(CloseCode.BadRequest, 'The message is nested too deeply.')
            take(text).catch((thrown: unknown) => {
              if (gone.signal.aborted) return
              log.warn({ err: thrown }, 'a message on a socket failed')
              end(CloseCode.InternalServerError, 'Something went wrong on our side.')
            })
          }),
      },
      extra,
    )
    let answered = true
    const ping = setInterval(() => {
      if (!answered) return socket.terminate()
      answered = false
      socket.ping()
    }, pingMs)
    socket.on('pong', () => { answered = true })
    socket.on('error', (error) => log.warn({ reason: error.message }, 'a socket failed'))
    socket.once('close', (code, reason) => {
      clearInterval(ping)
      clearTimeout(extra.expiry)
      gone.abort()
      void closed(code, reason.toString('utf8')).then(() => Promise.all([...extra.contexts.values()].map(({ results }) => results.release())))
    })
  }

  const upgrade = (request: IncomingMessage, raw: Duplex, head: Buffer): void => {
    const { origin, host } = request.headers
    const ofAddress = [...sockets.clients].filter((client) => addressOf.get(client) === request.socket.remoteAddress).length
    if (request.url?.split('?')[0] !== path) return refuse(raw, '404 Not Found')
    if (origin !== undefined && !isOrigin(origin, host)) return refuse(raw, '403 Forbidden')
    if (sockets.clients.size >= socketsMax || ofAddress >= socketsOfAddressMax) return refuse(raw, '429 Too Many Requests')
    sockets.handleUpgrade(request, raw, head, (socket) => {
      addressOf.set(socket, request.socket.remoteAddress)
      open(socket, request)
    })
  }
  server.on('upgrade', upgrade)

  return async () => {
    server.off('upgrade', upgrade)
    for (const socket of sockets.clients) socket.close(1001, 'The hub is stopping.')
    await new Promise<void>((resolve) => sockets.close(() => resolve()))
  }
}

const addressOf = new WeakMap<WebSocket, string | undefined>()

function refuse(raw: Duplex, status: string): void {
  raw.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}
