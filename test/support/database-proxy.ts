import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

/** A proxy in front of a database, which can be shut and opened again. */
export interface DatabaseProxy {
  readonly url: string
  /** Ends every connection and refuses new ones, like a stopped server. */
  refuse(): Promise<void>
  /** Accepts connections but forwards nothing, on old connections and new ones, like a cut network. */
  stall(): void
  /** Forwards again. Ends the connections that stalled. */
  restore(): Promise<void>
  close(): Promise<void>
}

/** Opens a proxy in front of the server of this database. */
export async function openDatabaseProxy(databaseUrl: string): Promise<DatabaseProxy> {
  const { hostname, port: databasePort } = new URL(databaseUrl)
  const sockets = new Set<Socket>()
  let stalled = false
  const keep = (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined).once('close', () => sockets.delete(socket))
  }
  const server: Server = createServer((near) => {
    keep(near)
    const far = connect(Number(databasePort), hostname)
    keep(far)
    near.on('data', (data) => {
      if (!stalled) far.write(data)
    })
    far.on('data', (data) => {
      if (!stalled) near.write(data)
    })
    near.once('close', () => far.destroy())
    far.once('close', () => near.destroy())
  })
  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const endAll = () => sockets.forEach((socket) => socket.destroy())
  const refuse = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      endAll()
    })
  await listen(0)
  const { port } = server.address() as AddressInfo
  const url = new URL(databaseUrl)
  url.host = `127.0.0.1:${port}`
  return {
    url: url.href,
    refuse,
    stall() {
      stalled = true
    },
    async restore() {
      stalled = false
      endAll()
      if (!server.listening) await listen(port)
    },
    close: refuse,
  }
}
