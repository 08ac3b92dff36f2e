import { Agent, request, type RequestOptions } from 'node:http'
import { connect, type Socket } from 'node:net'
import WebSocket from 'ws'

/** What an attack sent, and how often each answer came: by HTTP status, with the error codes in it. */
export class Tally {
  sent = 0
  bytes = 0
  readonly answers = new Map<string, number>()

  count(bytes: number): void {
    this.sent++
    this.bytes += bytes
  }

  answer(what: string): void {
    this.answers.set(what, (this.answers.get(what) ?? 0) + 1)
  }
}

/** A body of a request: the same each time, or another one for each number, which no cache knows. */
export type Body = Buffer | ((number: number) => string | Buffer)

/** Sends to one hub until a time is over, and counts what it sends and gets. */
export class Fire {
  readonly tally = new Tally()
  readonly #end: number
  readonly #local: { localAddress?: string }

  /** @param localAddress the address to come from. Default: the system's choice. */
  constructor(
    readonly url: string,
    readonly ms: number,
    localAddress?: string,
  ) {
    this.#end = performance.now() + ms
    this.#local = localAddress === undefined ? {} : { localAddress }
  }

  /** Posts bodies to the graph over so many connections, each again and again. */
  async volley(connections: number, body: Body, headers: Record<string, string> = {}): Promise<void> {
    const agent = new Agent({ keepAlive: true, maxSockets: connections })
    let number = 0
    const one = async () => {
      while (performance.now() < this.#end) {
        const content = Buffer.from(typeof body === 'function' ? body(number++) : body)
        const options = { method: 'POST', agent, headers: { 'content-type': 'application/json', ...headers }, ...this.#local }
        await this.#send(options, content)
      }
    }
    await Promise.all(Array.from({ length: connections }, one))
    agent.destroy()
  }

  /** Opens connections, and has each say something every half second. */
  async slowly(connections: number, say: (socket: Socket, turn: number) => void): Promise<void> {
    const { hostname, port } = new URL(this.url)
    const sockets = Array.from({ length: connections }, () => {
      const socket = connect({ host: hostname, port: Number(port), ...this.#local })
      this.tally.count(0)
      let answered = 'nothing'
      socket.on('data', (chunk: Buffer) => (answered = /^HTTP\/1.1 (\d+)/.exec(chunk.toString('latin1'))?.[1] ?? answered))
      socket.on('error', () => undefined).once('close', () => this.tally.answer(`closed, ${answered} before`))
      return socket
    })
    for (let turn = 0; performance.now() < this.#end; turn++) {
      for (const socket of sockets) if (socket.writable) say(socket, turn)
      await new Promise((resolve) => setTimeout(resolve, 500))
    }
    const closing = sockets.filter(({ closed }) => !closed).map((socket) => new Promise((resolve) => socket.once('close', resolve)))
    for (const socket of sockets) socket.destroy()
    await Promise.all(closing)
  }

  /** Opens sockets of graphql-ws, and keeps so many operations under way on each. */
  async sockets(count: number, operations: number, payload: object): Promise<void> {
    const text = JSON.stringify(payload)
    const sockets = Array.from({ length: count }, () => this.#socket(operations, text))
    await new Promise((resolve) => setTimeout(resolve, this.ms))
    for (const socket of sockets) socket.terminate()
  }

  #socket(operations: number, payload: string): WebSocket {
    const socket = new WebSocket(`${this.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', this.#local)
    let id = 0
    const subscribe = () => {
      this.tally.count(payload.length)
      socket.send(`{"type":"subscribe","id":"${id++}","payload":${payload}}`)
    }
    socket.on('open', () => socket.send('{"type":"connection_init"}'))
    socket.on('error', () => this.tally.answer('broken'))
    socket.on('close', (code) => this.tally.answer(`closed ${code}`))
    socket.on('message', (data: Buffer) => {
      const text = data.toString()
      const { type } = JSON.parse(text) as { type: string }
      if (type === 'connection_ack') for (let at = 0; at < operations; at++) subscribe()
      if (type === 'error' || type === 'next') this.tally.answer(`${type}${codesIn(text)}`)
      if ((type === 'error' || type === 'complete') && performance.now() < this.#end) subscribe()
    })
    return socket
  }

  #send(options: RequestOptions, content: Buffer): Promise<void> {
    this.tally.count(content.length)
    return new Promise((resolve) => {
      const sent = request(`${this.url}/graphql`, options, (response) => {
        let text = ''
        response.setEncoding('utf8').on('data', (piece: string) => {
          if (text.length < 100_000) text += piece
        })
        response.on('end', () => this.tally.answer(`${response.statusCode}${codesIn(text)}`))
        response.on('error', () => undefined).once('close', resolve)
      })
      sent.once('error', (error: NodeJS.ErrnoException) => {
        this.tally.answer(error.code ?? 'broken')
        // Whoever is refused a connection would else ask again without end.
        setTimeout(resolve, 20)
      })
      sent.end(content)
    })
  }
}

function codesIn(text: string): string {
  const codes = new Set([...text.matchAll(/"code":"([A-Z_]+)"/g)].map(([, code]) => code))
  return [...codes].map((code) => ` ${code}`).join('')
}
