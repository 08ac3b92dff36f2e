import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A proxy that stops in the middle of an answer, until it is told to go on. */
export interface HeldProxy {
  readonly url: string
  /** Resolves once an answer is held. */
  readonly held: Promise<void>
  /** Passes the rest of all answers on. */
  release(): void
  close(): Promise<void>
}

/** Passes everything between clients and a server on, and holds each answer after so many bytes. */
export async function startHeldProxy(target: string, bytesMax: number): Promise<HeldProxy> {
  const { hostname, port } = new URL(target)
  const sockets = new Set<Socket>()
  const releases: (() => void)[] = []
  let tell: () => void = () => undefined
  const held = new Promise<void>((resolve) => (tell = resolve))
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname)
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      // A connection that breaks is what is tried here; what follows from it is seen at its other end.
      socket.on('error', () => undefined)
    }
    client.pipe(upstream)
    client.once('close', () => upstream.destroy())
    let bytes = 0
    let isHolding = true
    upstream.on('data', (piece: Buffer) => {
      client.write(piece)
      bytes += piece.length
      if (!isHolding || bytes < bytesMax) return
      upstream.pause()
      tell()
    })
    upstream.once('end', () => client.end())
    upstream.once('close', (failed) => (failed ? client.destroy() : client.end()))
    releases.push(() => {
      isHolding = false
      upstream.resume()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    held,
    release: () => releases.forEach((release) => release()),
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
