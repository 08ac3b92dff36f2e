import { Transform, type TransformCallback } from 'node:stream'

/** Ways of quoting other than doubled double quotes: quotes escaped by backslashes, or fields in single quotes. */
export type Quoting = 'backslash' | 'single'

const double = 0x22
const single = 0x27
const backslash = 0x5c
const lineFeed = 0x0a
const carriageReturn = 0x0d

/** A stream that changes another way of quoting into the usual one: double quotes around a field, doubled inside it. */
export class Requote extends Transform {
  readonly #delimiter: number
  readonly #quote: number
  #isQuoted = false
  #atStart = true
  #carry: Buffer = Buffer.alloc(0)

  constructor(
    private readonly quoting: Quoting,
    delimiter: string,
  ) {
    super()
    this.#delimiter = delimiter.charCodeAt(0)
    this.#quote = quoting === 'single' ? single : double
  }

  /** Converts a text that is complete, or a sample. */
  whole(bytes: Buffer): Buffer {
    return this.#requoted(bytes, true).out
  }

  override _transform(chunk: Buffer, _: BufferEncoding, done: TransformCallback): void {
    const bytes = this.#carry.length === 0 ? chunk : Buffer.concat([this.#carry, chunk])
    const { out, used } = this.#requoted(bytes, false)
    this.#carry = bytes.subarray(used)
    done(null, out)
  }

  override _flush(done: TransformCallback): void {
    done(null, this.whole(this.#carry))
  }

  #requoted(bytes: Buffer, last: boolean): { out: Buffer; used: number } {
    const out = Buffer.allocUnsafe(bytes.length * 2)
    let to = 0
    let at = 0
    for (; at < bytes.length; at++) {
      const byte = bytes[at] as number
      const next = bytes[at + 1]
      // The next byte decides what a quote or a backslash means.
      if (next === undefined && !last && this.#isQuoted && (byte === this.#quote || byte === backslash)) break
      if (!this.#isQuoted) {
        const opens = byte === this.#quote && this.#atStart
        this.#isQuoted = opens
        out[to++] = opens ? double : byte
        this.#atStart = byte === this.#delimiter || byte === lineFeed || byte === carriageReturn
      } else if (this.quoting === 'backslash' && byte === backslash && (next === double || next === backslash)) {
        if (next === double) out[to++] = double
        out[to++] = next
        at++
      } else if (byte === this.#quote && next === this.#quote) {
        out[to++] = byte
        if (byte === double) out[to++] = byte
        at++
      } else if (byte === this.#quote && (this.quoting === 'backslash' || this.#isEnd(next))) {
        this.#isQuoted = false
        out[to++] = double
      } else {
        // Inside single quotes, a double quote is text.
        if (byte === double) out[to++] = double
        out[to++] = byte
      }
    }
    return { out: out.subarray(0, to), used: at }
  }

  #isEnd(next: number | undefined): boolean {
    return next === undefined || next === this.#delimiter || next === lineFeed || next === carriageReturn
  }
}
