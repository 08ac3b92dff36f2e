import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { patienceMs } from './patience.js'

/** A client that sends what it likes, as an attacker does. */
export interface RawClient {
  readonly socket: Socket
  /** All that was received so far. */
  received(): string
  /** Resolves once the server has ended the connection, with all that it sent. */
  ended(): Promise<string>
}

/** Connects to the host and port of a URL. Nothing is sent. */
export async function rawClient(url: string, options: { tls?: boolean; read?: boolean } = {}): Promise<RawClient> {
  const { hostname, port } = new URL(url)
  const at = { host: hostname, port: Number(port), allowHalfOpen: true }
  const socket = options.tls ? connectTls({ ...at, rejectUnauthorized: false }) : connect(at)
  let text = ''
  socket.on('error', () => undefined)
  if (options.read !== false) socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')))
  const over = new Promise<string>((resolve) => {
    for (const event of ['end', 'close'] as const) socket.once(event, () => resolve(text))
  })
  await new Promise<void>((resolve) => {
    for (const event of [options.tls ? 'secureConnect' : 'connect', 'close']) socket.once(event, () => resolve())
  })
  return {
    socket,
    received: () => text,
    ended: () =>
      Promise.race([
        over,
        new Promise<string>((_resolve, reject) =>
          setTimeout(() => reject(new Error(`the connection is still open; it received ${JSON.stringify(text)}`)), patienceMs).unref(),
        ),
      ]),
  }
}
