import type { Socket } from 'node:net'
import type { Connection, Submittable } from 'pg'
import { ResultTooLarge } from '../../../src/errors.js'

/** What a pg connection has of its own parts. */
type Wire = Connection & { stream: Socket; query(text: string): void }

/** Codes of messages: https://www.postgresql.org/docs/current/protocol-message-formats.html */
const copyData = 0x64
const copyOutResponse = 0x48
/** ParameterStatus, NoticeResponse, NotificationResponse: any of them may stand between rows. */
const asides: ReadonlySet<number> = new Set([copyOutResponse, 0x53, 0x4e, 0x41])

/**
 * A COPY … TO STDOUT whose socket is read only as far as somebody asks: that is the back-pressure. pg's own reader would hand on every row
 * as an event of its own, which takes three times as long.
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

  /** @param rowBytesMax a longer row is refused: it would be held in memory as one piece. */
  constructor(
    private readonly text: string,
    private readonly rowBytesMax: number,
  ) {
    this.ended = new Promise((resolve, reject) => (this.#settle = { resolve, reject }))
    this.ended.catch(() => undefined)
  }

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
   * Gives the content of every row's message that has come to `row`, until it says that it is full. Answers false at the end of the COPY:
   * `ended` then tells how it went.
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

  /** Reads on as pg does, whatever was read: the rest of an answer that nobody wants. */
  #giveBack(rest: Buffer): void {
    this.#pending = Buffer.alloc(0)
    this.#resume?.(rest)
  }

  /** Waits until so many bytes are pending. False where the connection has ended before. */
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

  handleError(error: Error): void {
    this.#error = error
    this.#wake?.()
    this.#settle?.reject(error)
  }

  handleReadyForQuery(): void {
    if (this.#error === undefined) this.#settle?.resolve()
  }

  handleCommandComplete(): void {}
}
