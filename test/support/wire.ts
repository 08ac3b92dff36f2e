import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A network between a source and whoever asks it, which loses, cuts and spoils what passes. */
export interface Wire {
  /** Of this machine. */
  readonly port: number
  /** What has been asked since `clear`, as text. */
  asked(): string
  /** So many bytes of answers pass from now on; then this happens to what follows. */
  after(bytes: number, what: 'nothing passes' | 'the connection ends' | 'bytes are spoilt'): void
  /** From now on all passes; what was asked is forgotten. */
  clear(): void
  close(): Promise<void>
}

/** @param port of the server behind it, on this machine. */
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
    // No more is taken from the server than is passed on.
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
