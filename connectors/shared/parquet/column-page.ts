import type { Shape } from '../../../src/connector/column.js'

const firstBytes = 16 * 1024

/** A growing buffer for one column. Its fields are public because hot loops fill it. */
export class GrowingBytes {
  bytes = Buffer.allocUnsafe(firstBytes)
  used = 0

  /** Makes room for this many more bytes. */
  reserve(more: number): void {
    if (this.used + more <= this.bytes.length) return
    const wider = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, this.used + more))
    this.bytes.copy(wider, 0, 0, this.used)
    this.bytes = wider
  }
}

/**
 * The values of one column for one part, in Parquet's PLAIN encoding without nulls, and a bitmap of the rows that have a value:
 * https://github.com/apache/parquet-format/blob/master/Encodings.md
 */
export class ColumnPage {
  readonly values = new GrowingBytes()
  #validity = new Uint8Array(firstBytes / 8)
  /** The number of rows, and of values that are not null. */
  rows = 0
  count = 0

  constructor(readonly shape: Shape) {}

  /** Counts a row that has a value. The caller writes the value next. */
  addValue(): void {
    const { rows } = this
    if (rows >> 3 >= this.#validity.length) this.#widen()
    if ((rows & 7) === 0) this.#validity[rows >> 3] = 1
    else this.#validity[rows >> 3]! |= 1 << (rows & 7)
    this.rows = rows + 1
    this.count++
  }

  /** Counts a row without a value. */
  addNull(): void {
    const { rows } = this
    if (rows >> 3 >= this.#validity.length) this.#widen()
    if ((rows & 7) === 0) this.#validity[rows >> 3] = 0
    this.rows = rows + 1
  }

  /** The definition levels. The bitmap is what the RLE hybrid calls bit-packed groups of eight. */
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

  /** Empties the page for the next part, and keeps its memory. */
  reset(): void {
    this.rows = this.count = this.values.used = 0
  }

  #widen(): void {
    const wider = new Uint8Array(this.#validity.length * 2)
    wider.set(this.#validity)
    this.#validity = wider
  }
}
