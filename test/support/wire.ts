import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A proxy between a source and its client, which can lose, cut and corrupt the answers. */
export interface Wire {
  /** A port of this machine. */
  readonly port: number
  /** The text of all requests since `clear`. */
  asked(): string
  /** Passes this many more bytes of answers, and then does this to the rest. */
  after(bytes: number, what: 'nothing passes' | 'the connection ends' | 'bytes are spoilt'): void
  /** Passes everything from now on, and forgets earlier requests. */
  clear(): void
  close(): Promise<void>
}

/** @param port of the server behind the proxy, on this machine. */
export async function openWire(port: number): Promise<Wire> {
  const sockets = new Set<Socket>()
  let asked: Buffer[] = []
  let left = Infinity
  let then: Parameters<Wire['after']>[1] = 'nothing passes'
  const keep = (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined).once('close', () => sockets.delete(socket))
  }
  const answer = (near: Socket, far: Socket, data: Buffer) => {
    const passes = data.subarray(0, Math.min(left, data.length))
    const rest = data.subarray(passes.length)
    left -= passes.length
    const spoilt = then === 'bytes are spoilt' ? Buffer.concat([passes, rest.map((byte) => byte ^ 0xa5)]) : passes
    // Read no more from the server than the client accepts, so that back-pressure works.
    if (spoilt.length > 0 && !near.write(spoilt)) {
      far.pause()
      near.once('drain', () => far.resume())
    }
    if (rest.length > 0 && then === 'the connection ends') near.destroy()
  }
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1')
    keep(near)
    keep(far)
    near.on('data', (data) => {
      asked.push(data)
      far.write(data)
    })
    far.on('data', (data) => answer(near, far, data))
    near.once('close', () => far.destroy())
    far.once('close', () => near.end())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    asked: () => Buffer.concat(asked).toString('utf8'),
    after(bytes, what) {
      left = bytes
      then = what
    },
    clear() {
      left = Infinity
      asked = []
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}
