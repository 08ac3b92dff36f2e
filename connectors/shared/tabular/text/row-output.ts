import type { RawRecord } from './records.js'

/** Receives a rewritten text in pieces, in order. */
export interface TextSink {
  write(bytes: Buffer): Promise<void>
}

/** Sends rows to a sink, with one kind of line end. Consecutive records of the file are copied as one piece. */
export class RowOutput {
  #pieces: Buffer[] = []
  #run: { buffer: Buffer; from: number; to: number } | undefined

  /** @param sink without a sink, nothing is kept. */
  constructor(
    private readonly lineEnd: Buffer,
    private readonly sink: TextSink | undefined,
  ) {}

  /** Sends a record unchanged. Returns whether its line end was the right one. */
  keep(record: RawRecord): boolean {
    const { buffer, start, end, next } = record
    const whole = next - end === this.lineEnd.length && buffer[end] === this.lineEnd[0]
    if (!whole) this.put(buffer.subarray(start, end))
    else if (this.#run?.buffer === buffer && this.#run.to === start) this.#run.to = next
    else {
      this.#endRun()
      this.#run = { buffer, from: start, to: next }
    }
    return whole || next === end
  }

  /** Sends another text as a row. */
  put(text: Buffer | string): void {
    this.#endRun()
    if (this.sink !== undefined) this.#pieces.push(typeof text === 'string' ? Buffer.from(text) : text, this.lineEnd)
  }

  /** Sends what was gathered. */
  async flush(): Promise<void> {
    this.#endRun()
    const pieces = this.#pieces
    this.#pieces = []
    if (pieces.length > 0) await this.sink?.write(Buffer.concat(pieces))
  }

  #endRun(): void {
    if (this.#run !== undefined && this.sink !== undefined) this.#pieces.push(this.#run.buffer.subarray(this.#run.from, this.#run.to))
    this.#run = undefined
  }
}
