import type { Socket } from 'node:net'
import type { Connection, Submittable } from 'pg'
import { ResultTooLarge } from '../../../src/errors.js'

/** Properties of a pg connection that its types leave out. */
type Wire = Connection & { stream: Socket; query(text: string): void }

/** Message codes: https://www.postgresql.org/docs/current/protocol-message-formats.html */
const copyData = 0x64
const copyOutResponse = 0x48
/** CopyOutResponse, ParameterStatus, NoticeResponse, NotificationResponse: any of them may come between rows. */
const asides: ReadonlySet<number> = new Set([copyOutResponse, 0x53, 0x4e, 0x41])

/**
 * A COPY … TO STDOUT that reads the socket only as far as the caller asks, which gives back-pressure. pg's own reader emits an event for
 * each row, which takes three times as long.
 */
export class CopyOut implements Submittable {
  /** Settles when the server is ready for another statement; rejects with its error. */
  readonly ended: Promise<void>
  #settle: { resolve(): void; reject(reason: unknown): void } | undefined
  #error: Error | undefined
  #stream: Socket | undefined
  #resume: ((rest: Buffer) => void) | undefined
  #wake: (() => void) | undefined
  #pending: Buffer = Buffer.alloc(0)

  /** @param rowBytesMax a longer row is refused, because a row is held in memory in one piece. */
  constructor(
    private readonly text: string,
    private readonly rowBytesMax: number,
  ) {
    this.ended = new Promise((resolve, reject) => (this.#settle = { resolve, reject }))
    this.ended.catch(() => undefined)
  }

  /** Called by pg: takes the socket over and sends the statement. */
  submit(connection: Connection): void {
    const { stream } = connection as Wire
    const [handler] = stream.listeners('data') as ((data: Buffer) => void)[]
    if (handler === undefined) throw new Error('this connection is not read by pg')
    stream.removeListener('data', handler)
    stream.pause()
    this.#stream = stream
    const wake = () => this.#wake?.()
    for (const event of ['readable', 'end', 'close', 'error']) stream.on(event, wake)
    this.#resume = (rest) => {
      this.#resume = undefined
      for (const event of ['readable', 'end', 'close', 'error']) stream.removeListener(event, wake)
      stream.on('data', handler)
      if (rest.length > 0) handler(rest)
      stream.resume()
    }
    ;(connection as Wire).query(this.text)
  }

  /**
   * Passes the content of each row's message to `row`, until `row` returns true for full. Returns false at the end of the COPY; `ended`
   * then says how it went.
   * @throws ResultTooLarge for a row that is too long.
   */
  async read(row: (source: Buffer, at: number, length: number) => boolean): Promise<boolean> {
    for (;;) {
      const source = this.#pending
      let at = 0
      let wanted = 5
      while (source.length - at >= wanted) {
        const length = source.readUInt32BE(at + 1) - 4
        const code = source[at]
        if (code !== copyData && !asides.has(code!)) {
          this.#giveBack(source.subarray(at))
          return false
        }
        if (length > this.rowBytesMax)
          throw new ResultTooLarge(`A row of the source is longer than ${this.rowBytesMax} bytes. Ask for fewer columns.`)
        if (source.length - at < length + 5) {
          wanted = length + 5
          break
        }
        const full = code === copyData && row(source, at + 5, length)
        at += 5 + length
        if (full) {
          this.#pending = source.subarray(at)
          return true
        }
      }
      this.#pending = source.subarray(at)
      if (!(await this.#more(wanted))) return false
    }
  }

  /** Gives the socket back to pg, which reads the rest of the answer. */
  #giveBack(rest: Buffer): void {
    this.#pending = Buffer.alloc(0)
    this.#resume?.(rest)
  }

  /** Waits until so many bytes are pending. Returns false if the connection ends before. */
  async #more(wanted: number): Promise<boolean> {
    const pieces = [this.#pending]
    let bytes = this.#pending.length
    while (bytes < wanted) {
      const piece = this.#stream?.read() as Buffer | null | undefined
      if (piece !== null && piece !== undefined) {
        pieces.push(piece)
        bytes += piece.length
        continue
      }
      if (this.#error !== undefined || this.#stream === undefined || this.#stream.readableEnded || this.#stream.destroyed) {
        this.#giveBack(Buffer.alloc(0))
        return false
      }
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
    this.#pending = pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces)
    return true
  }

  /** Called by pg when the server reports an error. */
  handleError(error: Error): void {
    this.#error = error
    this.#wake?.()
    this.#settle?.reject(error)
  }

  /** Called by pg when the server is ready for another statement. */
  handleReadyForQuery(): void {
    if (this.#error === undefined) this.#settle?.resolve()
  }

  /** Called by pg. The COPY's own reader has seen this message already. */
  handleCommandComplete(): void {}
}
