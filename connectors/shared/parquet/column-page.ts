import type { Shape } from '../../../src/connector/column.js'

const firstBytes = 16 * 1024

/** Bytes that grow as they are written, for one column. Positions are public since the loops that fill it are hot. */
export class GrowingBytes {
  bytes = Buffer.allocUnsafe(firstBytes)
  used = 0

  /** Makes room for so many bytes more. */
  reserve(more: number): void {
    if (this.used + more <= this.bytes.length) return
    const wider = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, this.used + more))
    this.bytes.copy(wider, 0, 0, this.used)
    this.bytes = wider
  }
}

/**
 * The values of one column of one part, as Parquet's PLAIN encoding lays them out, nulls left out, and which rows have one.
 * https://github.com/apache/parquet-format/blob/master/Encodings.md
 */
export class ColumnPage {
  readonly values = new GrowingBytes()
  #validity = new Uint8Array(firstBytes / 8)
  /** Rows, and values that are not null. */
  rows = 0
  count = 0

  constructor(readonly shape: Shape) {}

  /** A row that has a value, which its caller writes next. */
  addValue(): void {
    const { rows } = this
    if (rows >> 3 >= this.#validity.length) this.#widen()
    if ((rows & 7) === 0) this.#validity[rows >> 3] = 1
    else this.#validity[rows >> 3]! |= 1 << (rows & 7)
    this.rows = rows + 1
    this.count++
  }

  addNull(): void {
    const { rows } = this
    if (rows >> 3 >= this.#validity.length) this.#widen()
    if ((rows & 7) === 0) this.#validity[rows >> 3] = 0
    this.rows = rows + 1
  }

  /** Definition levels: the bitmap is what the RLE hybrid calls bit-packed groups of eight. */
  levels(): Buffer {
    const groups = Math.ceil(this.rows / 8)
    const run: number[] = []
    for (let rest = groups * 2 + 1; ; rest = Math.floor(rest / 128)) {
      run.push(rest < 128 ? rest : (rest % 128) | 128)
      if (rest < 128) break
    }
    const head = Buffer.alloc(4)
    head.writeUInt32LE(run.length + groups)
    return Buffer.concat([head, Buffer.from(run), this.#validity.subarray(0, groups)])
  }

  /** Ready for the next part, in the same memory. */
  reset(): void {
    this.rows = this.count = this.values.used = 0
  }

  #widen(): void {
    const wider = new Uint8Array(this.#validity.length * 2)
    wider.set(this.#validity)
    this.#validity = wider
  }
}
